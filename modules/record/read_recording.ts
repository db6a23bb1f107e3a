import { CaryatidError } from "@caryatid/sdk";
import { stat } from "node:fs/promises";
import { storageError, systemCode } from "../storage_error.ts";
import type { RecordedMessage } from "./entry.ts";
import { FileReader } from "./file_reader.ts";
import {
  isFolder,
  parseFileName,
  type RecordingFile,
  recordingFiles,
} from "./recording_file.ts";
import { readRustFiles } from "./rust_files.ts";

/** Options of {@linkcode readRecording}. */
export interface ReadOptions {
  /**
   * Sequence of the first entry, or the earliest time of entries (default: the
   * first entry).
   */
  readonly from?: number | Date;
  /**
   * Sequence of the last entry, or the latest time of entries (default: the
   * last entry).
   */
  readonly to?: number | Date;
  /**
   * Policy for bytes that no recorder wrote: "fail" (the default) rejects with
   * `RECORDING_DAMAGED`; "skip" continues with the next line of JSON, the next
   * compressed piece or the next file.
   */
  readonly onDamage?: "fail" | "skip";
  /** Receives each skipped damage, as the error of "fail". */
  readonly onSkip?: (damage: CaryatidError) => void;
}

/**
 * Reads a recording: a folder in any format that `record` writes, or one of its
 * files.
 *
 * Reads one piece of a file at a time, as fast as the caller iterates. An
 * incomplete last entry is left out: its writer was killed, or is still
 * writing. Rust's format ends at the first missing number.
 *
 * Rejects with `NO_RECORDING` if `path` has no recording, with
 * `RECORDING_DAMAGED`, `PERMISSION_DENIED` or `STORAGE_FAILED`.
 *
 * @param path the folder, or one of its files
 *
 * @example Print the messages of a topic
 * ```ts ignore
 * import { readRecording } from "@caryatid/modules/record";
 *
 * const entries = readRecording("./recording");
 * for await (const { sequence, topic, message } of entries) {
 *   if (topic === "order.paid") console.log(sequence, message);
 * }
 * ```
 */
export async function* readRecording(
  path: string,
  options: ReadOptions = {},
): AsyncGenerator<RecordedMessage, void> {
  for await (const batch of readBatches(path, options)) yield* batch;
}

/** Options of {@linkcode readBatches}. */
export interface BatchOptions extends ReadOptions {
  /** Receives the size of each piece that was read, in bytes. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/**
 * Reads a recording as {@linkcode readRecording} does, in batches of entries.
 */
export async function* readBatches(
  path: string,
  options: BatchOptions = {},
): AsyncGenerator<readonly RecordedMessage[], void> {
  const { from, to } = options;
  for await (const batch of allBatches(await findRecording(path), options)) {
    const part = from === undefined && to === undefined
      ? batch
      : batch.filter((one) => !isBefore(one, from) && !isAfter(one, to));
    if (part.length > 0) yield part;
    // Times can repeat after the clock was set back; sequences cannot.
    if (typeof to === "number" && batch.at(-1)!.sequence >= to) return;
  }
}

/** A recording that was found. */
export interface FoundRecording {
  readonly path: string;
  /** Files in the order of their entries; empty for Rust's format. */
  readonly files: readonly RecordingFile[];
}

/**
 * Finds the recording at `path`. Rejects with `NO_RECORDING`,
 * `PERMISSION_DENIED` or `STORAGE_FAILED`.
 */
export async function findRecording(path: string): Promise<FoundRecording> {
  let folder: boolean;
  try {
    folder = await isFolder(path);
  } catch (error) {
    const { cause } = error as Error;
    if (systemCode(cause) !== "ENOENT") throw error;
    throw noRecording(path, "nothing", cause);
  }
  if (!folder) {
    const file = parseFileName(path);
    if (file) return { path, files: [file] };
    throw noRecording(path, "a file whose name is not one of a recording");
  }
  const files = await recordingFiles(path);
  if (files.length > 0 || await hasRustFile(path)) return { path, files };
  throw noRecording(path, "a folder without a recording");
}

/**
 * Returns the size of the files of a recording, in bytes; 0 for Rust's format.
 * Rejects as {@linkcode findRecording} does.
 */
export async function recordingSize(path: string): Promise<number> {
  const { files } = await findRecording(path);
  const sizes = await Promise.all(files.map(async ({ path }) => {
    try {
      return (await stat(path)).size;
    } catch (cause) {
      throw storageError("read", path, cause);
    }
  }));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function hasRustFile(path: string): Promise<boolean> {
  try {
    return !await isFolder(`${path}/0.json`);
  } catch (error) {
    if (systemCode((error as Error).cause) === "ENOENT") return false;
    throw error;
  }
}

async function* allBatches(
  { path, files }: FoundRecording,
  options: BatchOptions,
): AsyncGenerator<readonly RecordedMessage[], void> {
  const damaged = (file: string, found: string, cause?: unknown) => {
    const error = damagedError(file, found, cause);
    if (options.onDamage !== "skip") throw error;
    options.onSkip?.(error);
  };
  if (files.length === 0) {
    yield* readRustFiles(path, damaged);
    return;
  }
  for (const [index, file] of files.entries()) {
    const next = files[index + 1];
    if (endsBefore(next, options.from)) continue;
    const reader = new FileReader(
      file,
      (at, found, cause) => damaged(file.path, `${found} at byte ${at}`, cause),
      options.onRead,
    );
    yield* reader.batches();
    if (reader.torn > 0 && next !== undefined) {
      damaged(file.path, `an incomplete entry at byte ${reader.end}`);
    }
  }
}

/**
 * Returns true if all entries of a file precede `from`, because the next file
 * begins at or before it.
 */
function endsBefore(
  next: RecordingFile | undefined,
  from: ReadOptions["from"],
): boolean {
  return typeof from === "number" && next !== undefined && next.first <= from;
}

function isBefore(message: RecordedMessage, from: ReadOptions["from"]) {
  if (from === undefined) return false;
  return typeof from === "number"
    ? message.sequence < from
    : message.time !== undefined && message.time < from.getTime();
}

function isAfter(message: RecordedMessage, to: ReadOptions["to"]) {
  if (to === undefined) return false;
  return typeof to === "number"
    ? message.sequence > to
    : message.time !== undefined && message.time > to.getTime();
}

function noRecording(
  path: string,
  found: string,
  cause?: unknown,
): CaryatidError {
  return new CaryatidError(
    "NO_RECORDING",
    `Cannot read a recording at ${JSON.stringify(path)}: found ${found}; ` +
      "expected a folder that a recorder wrote, or one of its files",
    cause === undefined ? {} : { cause },
  );
}

function damagedError(
  path: string,
  found: string,
  cause: unknown,
): CaryatidError {
  const reason = cause instanceof Error ? ` (${cause.message})` : "";
  return new CaryatidError(
    "RECORDING_DAMAGED",
    `Cannot read the recording ${
      JSON.stringify(path)
    }: found ${found}${reason}`,
    {
      ...cause === undefined ? {} : { cause },
      hint: "Set on-damage (in code: onDamage) to skip, to continue after it.",
    },
  );
}
