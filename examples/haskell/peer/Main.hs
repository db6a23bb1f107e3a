{-# LANGUAGE OverloadedStrings #-}

-- | Answers each test on @sample.test@ with one on @sample.haskell@, until
-- Ctrl-C.
module Main (main) where

import Bus
import Control.Exception (AsyncException (UserInterrupt), catch, throwIO)
import Control.Monad (forever)
import qualified Data.ByteString as Bytes
import Data.Maybe (fromMaybe)
import GHC.IO.Encoding (setFileSystemEncoding, setForeignEncoding)
import Message
import System.Environment (lookupEnv)
import System.Exit (ExitCode (ExitFailure), exitWith)
import System.IO

main :: IO ()
main = do
  -- Or a line is shown late when this is no terminal.
  hSetBuffering stdout LineBuffering
  speakUtf8
  run `catch` failed `catch` interrupted

-- | Whatever the locale is. What is no UTF-8 comes out as it went in.
speakUtf8 :: IO ()
speakUtf8 = do
  utf8' <- mkTextEncoding "UTF-8//ROUNDTRIP"
  setFileSystemEncoding utf8'
  setForeignEncoding utf8'
  mapM_ (`hSetEncoding` utf8') [stdout, stderr]

run :: IO ()
run = do
  url <- variable "URL" "amqp://127.0.0.1:5672/%2f"
  exchange <- variable "EXCHANGE" "caryatid"
  withBus url exchange $ \bus -> do
    subscribe bus "sample.test"
    putStrLn ("Listening to sample.test on the exchange " ++ exchange)
    forever $ receive bus >>= answer bus

-- | A message that can't be read costs a line, nothing else.
answer :: Bus -> Bytes.ByteString -> IO ()
answer bus body = case readMessage body of
  Left why -> hPutStrLn stderr $
    "Cannot read a message of " ++ show (Bytes.length body) ++ " bytes: " ++ why
  Right message -> do
    putStrLn ("Received: " ++ show message)
    case message of
      TestMessage (Test _ number) -> do
        let response = Test "Hello from Haskell!" number
        publish bus "sample.haskell" (writeMessage (TestMessage response))
        putStrLn "Response sent."
      _ -> pure ()

-- | As processes of TypeScript read it.
variable :: String -> String -> IO String
variable name base =
  fromMaybe base <$> lookupEnv ("CARYATID_MESSAGE_BUS__EXTERNAL__" ++ name)

failed :: BusFailure -> IO ()
failed why = hPrint stderr why >> exitWith (ExitFailure 1)

interrupted :: AsyncException -> IO ()
interrupted UserInterrupt = putStrLn "Interrupted, goodbye."
interrupted other = throwIO other
