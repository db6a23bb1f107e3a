import { readdir, stat } from "node:fs/promises";
import { storageError } from "../storage_error.ts";
import { cborSequence } from "./cbor_sequence.ts";
import type { Format } from "./entry.ts";
import { jsonLines } from "./json_lines.ts";

const FORMATS: readonly Format[] = [jsonLines, cborSequence];

/**
 * Enough digits for 30 years at 10 million messages per second, so that files
 * sort by name.
 */
const DIGITS = 16;

/**
 * File of a recording. Its name contains the first sequence, the format and the
 * compression.
 */
export interface RecordingFile {
  readonly path: string;
  /** Sequence of its first entry. */
  readonly first: number;
  readonly format: Format;
  readonly compressed: boolean;
}

/** Returns the file in `folder` for entries from the sequence `first` on. */
export function recordingFile(
  folder: string,
  first: number,
  format: Format,
  compressed: boolean,
): RecordingFile {
  const name = `${String(first).padStart(DIGITS, "0")}.${format.extension}` +
    (compressed ? ".gz" : "");
  return { path: `${folder}/${name}`, first, format, compressed };
}

/**
 * Parses the name of a file. Returns undefined if it is not the name of a
 * recording.
 */
export function parseFileName(path: string): RecordingFile | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const match = /^(\d{16})\.(\w+)(\.gz)?$/.exec(name);
  const format = FORMATS.find(({ extension }) => extension === match?.[2]);
  if (match === null || format === undefined) return undefined;
  return {
    path,
    first: Number(match[1]),
    format,
    compressed: match[3] !== undefined,
  };
}

/**
 * Lists the files of a recording, oldest first. Rejects with
 * `PERMISSION_DENIED` or `STORAGE_FAILED`.
 */
export async function recordingFiles(
  folder: string,
): Promise<RecordingFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw storageError("read", folder, cause);
  }
  return names.map((name) => parseFileName(`${folder}/${name}`))
    .filter((file) => file !== undefined)
    .sort((a, b) => a.first - b.first);
}

/**
 * Returns true if `path` is a folder. Rejects with `PERMISSION_DENIED` or
 * `STORAGE_FAILED`.
 */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw storageError("read", path, cause);
  }
}
