import { Buffer } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import { jsonLines } from "./json_lines.ts";
import { MOST_ENTRY_BYTES } from "./limits.ts";
import type { RecordedMessage } from "./recorded_message.ts";

const NEW_LINE = 10;
const PIECE = 64 * 1024;

/** The end of a file of JSON lines. */
export interface LastLine {
  /** The last whole entry. */
  readonly entry: RecordedMessage;
  /** Where it ends. */
  readonly end: number;
}

/**
 * Finds the last whole line from the end: a file of gigabytes is no reason to start late. Undefined if it is no entry, or there is
 * none.
 */
export async function lastLine(
  handle: FileHandle,
  size: number,
): Promise<LastLine | undefined> {
  for (let length = PIECE; length < 4 * MOST_ENTRY_BYTES; length *= 4) {
    const from = Math.max(0, size - length);
    const piece = await readPiece(handle, from, size - from);
    const end = piece.lastIndexOf(NEW_LINE);
    const begin = end <= 0 ? -1 : piece.lastIndexOf(NEW_LINE, end - 1);
    if (end < 0 || begin < 0) {
      if (from > 0) continue; // it is longer
      if (end < 0) return undefined;
    }
    const entry = parse(piece.subarray(begin + 1, end + 1));
    return entry && { entry, end: from + end + 1 };
  }
  return undefined;
}

/** The first entry, if it isn't a long one. */
export async function firstLine(
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
    damage: () => {}, // then nothing is found
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
