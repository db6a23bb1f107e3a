import { CaryatidError } from "@caryatid/sdk";
import { FileReader } from "./read_file.ts";
import { readRustFiles } from "./read_rust_files.ts";
import type { RecordedMessage } from "./recorded_message.ts";
import {
  isFolder,
  parseFileName,
  type RecordingFile,
  recordingFiles,
} from "./recording_file.ts";
import { systemCode } from "./storage_error.ts";

/** How to read a recording. */
export interface ReadOptions {
  /** The first entry: its sequence, or a time from which on entries are read (the first there is). */
  readonly from?: number | Date;
  /** The last entry: its sequence, or the last time of which entries are read (the last there is). */
  readonly to?: number | Date;
  /**
   * What happens where there is something that no recorder wrote: it rejects with `RECORDING_DAMAGED` ("fail"), or goes on behind
   * it ("skip"): with the next line of JSON, else with the next compressed piece or file.
   */
  readonly onDamage?: "fail" | "skip";
  /** Hears of each damage that is skipped, as the error that "fail" gives. */
  readonly onSkip?: (damage: CaryatidError) => void;
}

/**
 * Reads a recording: a folder of any form that `record` writes, or one of its files.
 *
 * It takes memory for a piece of a file at a time, and waits for whoever reads. A last entry that is cut off is left out, as if it
 * weren't there: its writer was killed, or is still at work. Rust's form ends at the first number that is missing.
 *
 * Rejects with `NO_RECORDING` where there is none, with `RECORDING_DAMAGED`, `PERMISSION_DENIED` or `STORAGE_FAILED`.
 *
 * @param path the folder, or one file of it
 *
 * @example Ask a recording for what was on a topic
 * ```ts ignore
 * import { readRecording } from "@caryatid/modules/record";
 *
 * for await (const { sequence, topic, message } of readRecording("./recording")) {
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

/** As {@linkcode readRecording}, many entries at a time. */
export async function* readBatches(
  path: string,
  options: ReadOptions = {},
): AsyncGenerator<readonly RecordedMessage[], void> {
  const { from, to } = options;
  for await (const batch of allBatches(await findRecording(path), options)) {
    const part = from === undefined && to === undefined
      ? batch
      : batch.filter((one) => !isBefore(one, from) && !isAfter(one, to));
    if (part.length > 0) yield part;
    // A time may come again, when the clock was set back; a number doesn't.
    if (typeof to === "number" && batch.at(-1)!.sequence >= to) return;
  }
}

/** Where a recording is. */
export interface FoundRecording {
  readonly path: string;
  /** In the order of their entries; of Rust's form there is none. */
  readonly files: readonly RecordingFile[];
}

/** Looks what there is at `path`. Rejects with `NO_RECORDING`, `PERMISSION_DENIED` or `STORAGE_FAILED`. */
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
    throw noRecording(path, "a file whose name is not that of a recording");
  }
  const files = await recordingFiles(path);
  if (files.length > 0 || await hasRustFile(path)) return { path, files };
  throw noRecording(path, "a folder without one");
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
  options: ReadOptions,
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
    if (isPassed(next, options.from)) continue;
    const reader = new FileReader(
      file,
      (at, found, cause) => damaged(file.path, `${found} at byte ${at}`, cause),
    );
    yield* reader.batches();
    if (reader.torn > 0 && next !== undefined) {
      damaged(file.path, `an entry that is cut off at byte ${reader.end}`);
    }
  }
}

/** Whether all entries of a file come before `from`: the one behind it begins early enough. */
function isPassed(
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
    `Cannot read a recording at ${JSON.stringify(path)}: found ${found}, ` +
      "wanted a folder that a recorder wrote, or a file of it",
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
      hint: "to go on behind it, set on-damage (here: onDamage) to skip",
    },
  );
}
