{-# LANGUAGE OverloadedStrings #-}

-- | As much of CBOR as messages of this example need, written as serde writes
-- it. The reader takes nothing else: no indefinite lengths, no tags.
module Cbor
  ( -- * Reading
    Reader
  , runReader
  , refuse
  , arrayOf
  , mapOf
  , key
  , text
  , int64
    -- * Writing
  , writeArray
  , writeMap
  , writeText
  , writeInt64
  ) where

import Control.Monad (when)
import Data.Bits (shiftL, shiftR, (.&.), (.|.))
import qualified Data.ByteString as Bytes
import Data.ByteString (ByteString)
import Data.ByteString.Builder
import Data.Int (Int64)
import Data.Text (Text)
import Data.Text.Encoding (decodeUtf8', encodeUtf8)
import Data.Word (Word64, Word8)

-- | Takes a value off the front of the bytes, or says why it can't.
newtype Reader a = Reader
  { step :: ByteString -> Either String (a, ByteString) }

instance Functor Reader where
  fmap f (Reader run) = Reader $ \bytes -> do
    (value, rest) <- run bytes
    Right (f value, rest)

instance Applicative Reader where
  pure value = Reader $ \bytes -> Right (value, bytes)
  Reader runF <*> Reader run = Reader $ \bytes -> do
    (f, rest) <- runF bytes
    (value, end) <- run rest
    Right (f value, end)

instance Monad Reader where
  Reader run >>= next = Reader $ \bytes -> do
    (value, rest) <- run bytes
    step (next value) rest

-- | Reads one value, which has to be all there is.
runReader :: Reader a -> ByteString -> Either String a
runReader reader bytes = do
  (value, rest) <- step reader bytes
  if Bytes.null rest
    then Right value
    else Left ("bytes after the message: " ++ show (Bytes.length rest))

refuse :: String -> Reader a
refuse why = Reader $ \_ -> Left why

-- | The head of an array of that many items, which follow.
arrayOf :: Word64 -> Reader ()
arrayOf = sized 4 "an array"

-- | The head of a map of that many entries, which follow.
mapOf :: Word64 -> Reader ()
mapOf = sized 5 "a map"

sized :: Word8 -> String -> Word64 -> Reader ()
sized major name wanted = do
  found <- headOf [major] name >>= argument
  when (found /= wanted) $
    refuse (name ++ " of " ++ show found ++ "; expected " ++ show wanted)

-- | This text, and no other.
key :: Text -> Reader ()
key wanted = do
  found <- text
  when (found /= wanted) $
    refuse ("found the key " ++ show found ++ "; expected " ++ show wanted)

text :: Reader Text
text = do
  size <- headOf [3] "a text" >>= argument
  bytes <- take' size
  either (const (refuse "found a text that is no UTF-8")) pure
    (decodeUtf8' bytes)

int64 :: Reader Int64
int64 = do
  first <- headOf [0, 1] "an integer"
  size <- argument first
  -- -1 - size, of which the first bit must be that of a negative number.
  when (size > fromIntegral (maxBound :: Int64)) $
    refuse "found an integer beyond 64 bits with a sign"
  let value = fromIntegral size
  pure (if first `shiftR` 5 == 0 then value else -1 - value)

-- | A first byte whose major type is one of these.
headOf :: [Word8] -> String -> Reader Word8
headOf majors name = do
  first <- byte
  if first `shiftR` 5 `elem` majors
    then pure first
    else refuse ("found " ++ kindOf first ++ "; expected " ++ name)

kindOf :: Word8 -> String
kindOf first = case first `shiftR` 5 of
  0 -> "an integer"
  1 -> "an integer"
  2 -> "bytes"
  3 -> "a text"
  4 -> "an array"
  5 -> "a map"
  6 -> "a tag"
  _ | first `elem` [0xf9, 0xfa, 0xfb] -> "a float"
    | first `elem` [0xf4, 0xf5] -> "a boolean"
    | first == 0xf6 -> "null"
    | otherwise -> "a simple value"

-- | The number that goes with a first byte.
argument :: Word8 -> Reader Word64
argument first
  | info < 24 = pure (fromIntegral info)
  | info < 28 = bigEndian <$> take' (1 `shiftL` (fromIntegral info - 24))
  | info == 31 = refuse "found an indefinite length"
  | otherwise = refuse "found a length that CBOR doesn't have"
  where
    info = first .&. 31

bigEndian :: ByteString -> Word64
bigEndian = Bytes.foldl' (\sum' next -> sum' `shiftL` 8 .|. fromIntegral next) 0

byte :: Reader Word8
byte = Bytes.head <$> take' 1

-- | What is there is compared first: a length of 2^64 - 1 costs nothing.
take' :: Word64 -> Reader ByteString
take' size = Reader $ \bytes ->
  if size > fromIntegral (Bytes.length bytes)
    then Left "it ends too early"
    else Right (Bytes.splitAt (fromIntegral size) bytes)

writeArray, writeMap :: Word64 -> Builder
writeArray = writeHead 4
writeMap = writeHead 5

writeText :: Text -> Builder
writeText value = writeHead 3 (fromIntegral (Bytes.length bytes)) <> byteString bytes
  where
    bytes = encodeUtf8 value

writeInt64 :: Int64 -> Builder
writeInt64 value
  | value >= 0 = writeHead 0 (fromIntegral value)
  | otherwise = writeHead 1 (fromIntegral (-1 - value))

-- | In as few bytes as the number takes.
writeHead :: Word8 -> Word64 -> Builder
writeHead major size
  | size < 24 = word8 (first (fromIntegral size))
  | size < 0x100 = word8 (first 24) <> word8 (fromIntegral size)
  | size < 0x10000 = word8 (first 25) <> word16BE (fromIntegral size)
  | size < 0x100000000 = word8 (first 26) <> word32BE (fromIntegral size)
  | otherwise = word8 (first 27) <> word64BE size
  where
    first info = major `shiftL` 5 .|. info
