import { type FileHandle, open, unlink } from "node:fs/promises";
import { jsonLines } from "./json_lines.ts";
import { firstLine, lastLine } from "./last_line.ts";
import { FileReader } from "./read_file.ts";
import type { RecordingFile } from "./recording_file.ts";
import { storageError } from "./storage_error.ts";

/** What the newest file of a recording was found to be. */
export interface Repaired {
  /** The sequence of the next entry. */
  readonly next: number;
  /** How many bytes it has; undefined where nothing may be added to it. */
  readonly size: number | undefined;
  /** When its first entry was published, in milliseconds since 1970. */
  readonly since: number | undefined;
  /** Bytes of an entry that was cut off, and is gone now. */
  readonly torn: number;
  /** What it has that no recorder wrote: then it is left as it is. */
  readonly damage: string | undefined;
}

/**
 * Takes off the entry at the end that is cut off, which a recorder that is killed leaves, and finds where to go on.
 *
 * A file that nothing is left of is removed. Rejects with `PERMISSION_DENIED` or `STORAGE_FAILED`.
 */
export async function repair(file: RecordingFile): Promise<Repaired> {
  let handle: FileHandle;
  try {
    handle = await open(file.path, "r+");
  } catch (cause) {
    throw storageError("write to", file.path, cause);
  }
  try {
    return await repairQuickly(handle, file) ?? await repairWhole(handle, file);
  } catch (cause) {
    throw storageError("write to", file.path, cause);
  } finally {
    await handle.close();
  }
}

/** Looks at both ends only, where a format has ends to look at. */
async function repairQuickly(
  handle: FileHandle,
  file: RecordingFile,
): Promise<Repaired | undefined> {
  if (file.format !== jsonLines || file.compressed) return undefined;
  const { size } = await handle.stat();
  const last = await lastLine(handle, size);
  if (last === undefined) return undefined;
  const first = await firstLine(handle);
  return await cutOff(handle, file, {
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
    ? await cutOff(handle, file, { next: last + 1, size: end, since, torn })
    : await leaveBe(handle, last, damage);
}

async function cutOff(
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

/** Entries that can't be read may follow the damage. Each has at least a byte: so many numbers are left to them. */
async function leaveBe(
  handle: FileHandle,
  last: number,
  damage: string,
): Promise<Repaired> {
  const { size } = await handle.stat();
  const next = last + 1 + size;
  return { next, size: undefined, since: undefined, torn: 0, damage };
}
