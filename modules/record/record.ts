import {
  type Context,
  defineModule,
  type Module,
  patternsOverlap,
  type SubscribeOptions,
  topicMatches,
} from "@caryatid/sdk";
import { mkdir } from "node:fs/promises";
import { cborSequence } from "./cbor_sequence.ts";
import { FileStore } from "./file_store.ts";
import { type FolderLock, lockFolder } from "./folder_lock.ts";
import { jsonLines } from "./json_lines.ts";
import { type RecordConfig, recordConfig } from "./record_config.ts";
import { Recorder } from "./recorder.ts";
import { RustStore } from "./rust_store.ts";
import { storageError } from "./storage_error.ts";
import type { Store } from "./store.ts";

/**
 * Writes what passes on `topic` (`#`) to files in the folder `path`, which `playback` replays.
 *
 * Mirrors caryatid_module_record, whose files it writes with `format = "rust"`; its own forms say topic, time, sequence, id and
 * headers, too, and a restart appends.
 */
export default defineModule({
  name: "record",
  description: "Records messages to files",
  config: recordConfig,
  async init(context, config) {
    const { topic } = config;
    const patterns = typeof topic === "string" ? [topic] : [...new Set(topic)];
    // Before anything is awaited: what is published from here on is heard.
    const subscriptions = patterns.map((pattern, index) =>
      context.subscribe(pattern, {
        queueSize: config["queue-size"],
        ...onceOnly(pattern, patterns.slice(0, index)),
      })
    );
    const lock = await takeFolder(config.path);
    const store = await openStore(context, config).catch((error) => {
      lock.release();
      throw error;
    });
    const recorder = new Recorder({ context, config, store, lock });
    const begin = unlessBegun(context.signal, () => lock.release());
    let open = subscriptions.length;
    for (const heard of subscriptions) {
      // A task each: a process that stops looks which of them still have something in hand.
      context.run(async () => {
        begin();
        try {
          await recorder.record(heard);
        } finally {
          if (--open === 0) await recorder.close();
        }
      });
    }
  },
}) as Module;

/** A topic that an earlier pattern matches is recorded by that. A filter is given only where it is needed: it costs a restart its queue. */
function onceOnly(
  pattern: string,
  earlier: readonly string[],
): Pick<SubscribeOptions, "filter"> {
  const overlapping = earlier.filter((other) =>
    patternsOverlap(pattern, other)
  );
  if (overlapping.length === 0) return {};
  return {
    filter: (topic) => !overlapping.some((other) => topicMatches(other, topic)),
  };
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

/** Has `release` called when `signal` fires, unless the function that it gives was called before: a start may fail elsewhere. */
function unlessBegun(signal: AbortSignal, release: () => void): () => void {
  if (signal.aborted) release();
  else signal.addEventListener("abort", release, { once: true });
  return () => signal.removeEventListener("abort", release);
}
