import type { Context } from "@caryatid/sdk";
import { mkdir } from "node:fs/promises";
import { cborSequence } from "./cbor_sequence.ts";
import { FileStore } from "./file_store.ts";
import { type FolderLock, lockFolder } from "./folder_lock.ts";
import { jsonLines } from "./json_lines.ts";
import type { RecordConfig } from "./record_config.ts";
import { Recorder } from "./recorder.ts";
import { RustStore } from "./rust_store.ts";
import { storageError } from "./storage_error.ts";
import type { Store } from "./store.ts";

/**
 * Takes the folder, repairs what is in it, and makes a recorder for it. It lets the folder go when it is closed; also when
 * `context` is stopped before it has begun.
 *
 * Rejects with `FOLDER_IN_USE`, `PERMISSION_DENIED`, `STORAGE_FAILED` or `RECORDING_DAMAGED`.
 */
export async function openRecorder(
  context: Context,
  config: RecordConfig,
): Promise<Recorder> {
  const lock = await takeFolder(config.path);
  try {
    const store = await openStore(context, config);
    return new Recorder({ context, config, store, lock });
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function takeFolder(path: string): Promise<FolderLock> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw storageError("write to", path, cause);
  }
  return lockFolder(path);
}

function openStore(context: Context, config: RecordConfig): Promise<Store> {
  const { path, format, compress, sync } = config;
  if (format === "rust") return RustStore.open(path, sync !== "never");
  const every = config["rotate-every"];
  return FileStore.open(path, {
    format: format === "json" ? jsonLines : cborSequence,
    compress,
    sync,
    maxFileSize: config["max-file-size"],
    maxFiles: config["max-files"],
    rotateEvery: every === undefined ? undefined : every * 1000,
    log: context.log,
    clock: context.clock,
  });
}
