import { Buffer } from "node:buffer";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { storageError } from "../storage_error.ts";
import { MAX_ENTRY_BYTES, type RecordedMessage } from "./entry.ts";
import { FileReader } from "./file_reader.ts";
import { jsonLines } from "./json_lines.ts";
import type { RecordingFile } from "./recording_file.ts";

const NEW_LINE = 10;
/** Size of the first read at the end of a file, in bytes. */
const PIECE = 64 * 1024;

/** State of the newest file of a recording after its repair. */
export interface Repaired {
  /** Sequence of the next entry. */
  readonly next: number;
  /** Size of the file in bytes; undefined if no entry may be appended to it. */
  readonly size: number | undefined;
  /** Time of its first entry, in milliseconds since 1970. */
  readonly since: number | undefined;
  /** Size of an incomplete entry that was removed, in bytes. */
  readonly torn: number;
  /**
   * Description of bytes that no recorder wrote. A damaged file stays
   * unchanged.
   */
  readonly damage: string | undefined;
}

/**
 * Removes an incomplete entry at the end, which a killed recorder leaves, and
 * finds the next sequence.
 *
 * A file without a complete entry is removed. Rejects with `PERMISSION_DENIED`
 * or `STORAGE_FAILED`.
 */
export async function repair(file: RecordingFile): Promise<Repaired> {
  let handle: FileHandle;
  try {
    handle = await open(file.path, "r+");
  } catch (cause) {
    throw storageError("write to", file.path, cause);
  }
  try {
    return await repairEnd(handle, file) ?? await repairWhole(handle, file);
  } catch (cause) {
    throw storageError("write to", file.path, cause);
  } finally {
    await handle.close();
  }
}

/**
 * Reads only the first and the last line. Returns undefined for formats without
 * lines.
 */
async function repairEnd(
  handle: FileHandle,
  file: RecordingFile,
): Promise<Repaired | undefined> {
  if (file.format !== jsonLines || file.compressed) return undefined;
  const { size } = await handle.stat();
  const last = await lastLine(handle, size);
  if (last === undefined) return undefined;
  const first = await firstLine(handle);
  return await truncate(handle, file, {
    next: last.entry.sequence + 1,
    size: last.end,
    since: first?.time,
    torn: size - last.end,
  });
}

async function repairWhole(
  handle: FileHandle,
  file: RecordingFile,
): Promise<Repaired> {
  let damage: string | undefined;
  const reader = new FileReader(file, (at, found) => {
    damage ??= `${found} at byte ${at}`;
  });
  let last = file.first - 1;
  let since: number | undefined;
  for await (const batch of reader.batches()) {
    since ??= batch[0]!.time;
    for (const { sequence } of batch) last = Math.max(last, sequence);
  }
  const { end, torn } = reader;
  return damage === undefined
    ? await truncate(handle, file, { next: last + 1, size: end, since, torn })
    : await keepDamaged(handle, last, damage);
}

async function truncate(
  handle: FileHandle,
  file: RecordingFile,
  found: Omit<Repaired, "damage">,
): Promise<Repaired> {
  if (found.size === 0) {
    await unlink(file.path);
    return { ...found, size: undefined, damage: undefined };
  }
  if (found.torn > 0) await handle.truncate(found.size);
  return { ...found, damage: undefined };
}

/**
 * Unreadable entries may follow the damage. Each has at least one byte, so the
 * size of the file bounds their sequences.
 */
async function keepDamaged(
  handle: FileHandle,
  last: number,
  damage: string,
): Promise<Repaired> {
  const { size } = await handle.stat();
  const next = last + 1 + size;
  return { next, size: undefined, since: undefined, torn: 0, damage };
}

/** End of a file of JSON lines. */
interface LastLine {
  /** The last complete entry. */
  readonly entry: RecordedMessage;
  /** Offset of its end. */
  readonly end: number;
}

/**
 * Finds the last complete line from the end, also of a file of gigabytes.
 * Returns undefined if it is not an entry.
 */
async function lastLine(
  handle: FileHandle,
  size: number,
): Promise<LastLine | undefined> {
  for (let length = PIECE; length < 4 * MAX_ENTRY_BYTES; length *= 4) {
    const from = Math.max(0, size - length);
    const piece = await readPiece(handle, from, size - from);
    const end = piece.lastIndexOf(NEW_LINE);
    const begin = end <= 0 ? -1 : piece.lastIndexOf(NEW_LINE, end - 1);
    if (end < 0 || begin < 0) {
      if (from > 0) continue; // the line is longer
      if (end < 0) return undefined;
    }
    const entry = parse(piece.subarray(begin + 1, end + 1));
    return entry && { entry, end: from + end + 1 };
  }
  return undefined;
}

/** Reads the first entry. Returns undefined if it is longer than a piece. */
async function firstLine(
  handle: FileHandle,
): Promise<RecordedMessage | undefined> {
  const piece = await readPiece(handle, 0, PIECE);
  const end = piece.indexOf(NEW_LINE);
  return end < 0 ? undefined : parse(piece.subarray(0, end + 1));
}

function parse(line: Uint8Array): RecordedMessage | undefined {
  let found: RecordedMessage | undefined;
  jsonLines.read(line, {
    entry: (message) => found = message,
    damage: () => {}, // a damaged line is not an entry
  });
  return found;
}

async function readPiece(
  handle: FileHandle,
  from: number,
  length: number,
): Promise<Buffer> {
  const piece = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(
      piece,
      done,
      length - done,
      from + done,
    );
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return piece.subarray(0, done);
}
