{-# LANGUAGE ForeignFunctionInterface #-}

-- | A topic exchange of RabbitMQ, by way of @bus.c@.
module Bus
  ( Bus
  , BusFailure (..)
  , withBus
  , subscribe
  , publish
  , receive
  ) where

import Control.Concurrent (threadWaitRead)
import Control.Exception (Exception, bracket, throwIO)
import qualified Data.ByteString as Bytes
import Data.ByteString (ByteString)
import Data.ByteString.Unsafe (unsafeUseAsCStringLen)
import Foreign
import Foreign.C
import System.Posix.Types (Fd (..))

-- | A connection to the broker.
newtype Bus = Bus (Ptr Bus)

-- | What the broker, or the way to it, has against what was asked.
newtype BusFailure = BusFailure String

instance Show BusFailure where
  show (BusFailure why) = why

instance Exception BusFailure

foreign import ccall "bus_open"
  c_open :: Ptr (Ptr Bus) -> CString -> CString -> IO CString
foreign import ccall "bus_subscribe"
  c_subscribe :: Ptr Bus -> CString -> IO CString
foreign import ccall "bus_publish"
  c_publish :: Ptr Bus -> CString -> Ptr CChar -> CSize -> IO CString
foreign import ccall "bus_take"
  c_take :: Ptr Bus -> Ptr (Ptr CChar) -> Ptr CSize -> IO CString
foreign import ccall "bus_socket"
  c_socket :: Ptr Bus -> IO Fd
foreign import ccall "bus_close"
  c_close :: Ptr Bus -> IO ()

-- | Connects to the broker at this URL, and declares this exchange.
withBus :: String -> String -> (Bus -> IO a) -> IO a
withBus url exchange use = alloca $ \out -> do
  poke out nullPtr
  let open = withCString url $ \to -> withCString exchange $ \named ->
        c_open out to named
  bracket open (\_ -> peek out >>= c_close) $ \failure -> do
    check failure
    peek out >>= use . Bus

subscribe :: Bus -> String -> IO ()
subscribe (Bus bus) topic = withCString topic (c_subscribe bus) >>= check

publish :: Bus -> String -> ByteString -> IO ()
publish (Bus bus) topic body =
  withCString topic $ \to ->
    unsafeUseAsCStringLen body $ \(bytes, size) ->
      c_publish bus to bytes (fromIntegral size) >>= check

-- | Waits for the next body. Haskell does the waiting, so that Ctrl-C ends it.
receive :: Bus -> IO ByteString
receive (Bus bus) = alloca $ \body -> alloca $ \size -> do
  c_take bus body size >>= check
  bytes <- peek body
  count <- peek size
  if bytes == nullPtr
    then c_socket bus >>= threadWaitRead >> receive (Bus bus)
    else Bytes.packCStringLen (bytes, fromIntegral count)

check :: CString -> IO ()
check failure
  | failure == nullPtr = pure ()
  | otherwise = peekCString failure >>= throwIO . BusFailure
