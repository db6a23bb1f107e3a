{-# LANGUAGE OverloadedStrings #-}

-- | The messages of this example, in the form that an enum of Rust has on the
-- wire: a map of one entry, named by its variant.
module Message
  ( Message (..)
  , Test (..)
  , readMessage
  , writeMessage
  ) where

import Cbor
import Data.ByteString (ByteString)
import qualified Data.ByteString.Lazy as Lazy
import Data.ByteString.Builder (Builder, toLazyByteString)
import Data.Int (Int64)
import Data.Text (Text)

data Message
  = NoMessage
  | TestMessage Test
  | StringMessage Text
  deriving (Eq, Show)

data Test = Test
  { dataField :: Text
  , numberField :: Int64
  }
  deriving (Eq, Show)

readMessage :: ByteString -> Either String Message
readMessage = runReader $ do
  mapOf 1
  variant <- text
  case variant of
    "None" -> NoMessage <$ arrayOf 0
    "Test" -> TestMessage <$> test
    "String" -> StringMessage <$> text
    _ -> refuse ("unknown variant " ++ show variant)

-- | Its fields have an order: that of the declaration.
test :: Reader Test
test = do
  mapOf 2
  key "data"
  dataIs <- text
  key "number"
  Test dataIs <$> int64

writeMessage :: Message -> ByteString
writeMessage message =
  Lazy.toStrict . toLazyByteString $ writeMap 1 <> case message of
    NoMessage -> writeText "None" <> writeArray 0
    TestMessage content -> writeText "Test" <> writeTest content
    StringMessage content -> writeText "String" <> writeText content

writeTest :: Test -> Builder
writeTest (Test dataIs number) =
  writeMap 2
    <> writeText "data" <> writeText dataIs
    <> writeText "number" <> writeInt64 number
