import { readdir, stat } from "node:fs/promises";
import { cborSequence } from "./cbor_sequence.ts";
import type { Format } from "./format.ts";
import { jsonLines } from "./json_lines.ts";
import { storageError } from "./storage_error.ts";

const FORMATS: readonly Format[] = [jsonLines, cborSequence];

/** Wide enough for 30 years at 10 million messages a second, so that files sort by name. */
const DIGITS = 16;

/** A file of a recording; what it is says its name: that of the first entry, the format, and whether it is compressed. */
export interface RecordingFile {
  readonly path: string;
  /** The sequence of its first entry. */
  readonly first: number;
  readonly format: Format;
  readonly compressed: boolean;
}

/** A file of `folder` that begins with the entry `first`. */
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

/** What the name of a file says; undefined if it is not of a recording. */
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

/** The files of a recording, the oldest first. Rejects with `PERMISSION_DENIED` or `STORAGE_FAILED`. */
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

/** The numbers that Rust's `0.json`, `1.json`, … have in `folder`, ascending. */
export async function rustNumbers(folder: string): Promise<number[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw storageError("read", folder, cause);
  }
  return names.map((name) => /^(0|[1-9]\d{0,14})\.json$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Says whether `path` is a folder. Rejects with `PERMISSION_DENIED` or `STORAGE_FAILED`. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw storageError("read", path, cause);
  }
}
