import type { Clock, Log } from "@caryatid/sdk";
import { type FileHandle, open, unlink } from "node:fs/promises";
import type { Batch, Format } from "./format.ts";
import { toMember } from "./gzip_members.ts";
import {
  type RecordingFile,
  recordingFile,
  recordingFiles,
} from "./recording_file.ts";
import { repair } from "./repair.ts";
import { storageError, systemCode } from "./storage_error.ts";
import type { Store } from "./store.ts";
import { writeWhole } from "./whole_write.ts";

/** How files are written. */
export interface FileStoreOptions {
  readonly format: Format;
  readonly compress: boolean;
  /** Bytes that a file may have; one batch it may have in any case. */
  readonly maxFileSize: number;
  /** Files that there may be; older ones are removed. */
  readonly maxFiles: number | undefined;
  /** How old a file may become, in milliseconds. */
  readonly rotateEvery: number | undefined;
  /** When the system is made to bring it to the disk. */
  readonly sync: "never" | "rotation" | "flush";
  readonly log: Log;
  readonly clock: Clock;
}

/** A file that grows. */
interface Growing {
  readonly handle: FileHandle;
  readonly path: string;
  /** Up to here it has whole batches. */
  size: number;
  /** When it began, in milliseconds since 1970. */
  since: number;
}

/** Files that append, one after the other. */
export class FileStore implements Store {
  next = 0;
  readonly #folder: string;
  readonly #options: FileStoreOptions;
  /** All there are, the oldest first. */
  #files: RecordingFile[] = [];
  #growing: Growing | undefined;
  /** The newest file, where more may be added to it. */
  #resumed: { file: RecordingFile; size: number; since: number } | undefined;
  /** A failed batch is given again: it is compressed once. */
  #packed: { batch: Batch; bytes: Uint8Array } | undefined;

  private constructor(folder: string, options: FileStoreOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Looks what there is, and repairs it. Rejects with `PERMISSION_DENIED` or `STORAGE_FAILED`. */
  static async open(
    folder: string,
    options: FileStoreOptions,
  ): Promise<FileStore> {
    const store = new FileStore(folder, options);
    await store.#resume();
    return store;
  }

  batch(): Batch {
    return this.#options.format.batch();
  }

  async write(first: number, batch: Batch): Promise<void> {
    const bytes = await this.#pack(batch);
    if (this.#isFull(bytes.length)) await this.close();
    const growing = this.#growing ??= await this.#open(first);
    try {
      await writeWhole(growing.handle, bytes, growing.size);
      if (this.#options.sync === "flush") await growing.handle.datasync();
    } catch (cause) {
      // What is written of it must not stand in front of the next attempt.
      await growing.handle.truncate(growing.size).catch(() => {}); // the first error says more
      throw storageError("write to", growing.path, cause);
    }
    growing.size += bytes.length;
    this.#packed = undefined;
  }

  async close(): Promise<void> {
    const growing = this.#growing;
    this.#growing = undefined;
    if (growing === undefined) return;
    try {
      if (this.#options.sync !== "never") await growing.handle.sync();
    } catch (cause) {
      throw storageError("write to", growing.path, cause);
    } finally {
      await growing.handle.close();
    }
  }

  async #pack(batch: Batch): Promise<Uint8Array> {
    if (this.#packed?.batch === batch) return this.#packed.bytes;
    const plain = batch.bytes();
    const bytes = this.#options.compress ? await toMember(plain) : plain;
    this.#packed = { batch, bytes };
    return bytes;
  }

  #isFull(more: number): boolean {
    const { maxFileSize, rotateEvery, clock } = this.#options;
    const file = this.#growing ?? this.#resumed;
    if (file === undefined) return false;
    const full = file.size > 0 && file.size + more > maxFileSize;
    const now = clock.now();
    // One that couldn't be written to begins now. Or the clock was set back: else the file would grow for so much longer.
    if (file.size === 0 || file.since > now) file.since = now;
    const old = rotateEvery !== undefined && now - file.since >= rotateEvery;
    if (full || old) this.#resumed = undefined;
    return full || old;
  }

  async #resume(): Promise<void> {
    const { format, compress, log, clock } = this.#options;
    this.#files = await recordingFiles(this.#folder);
    const newest = this.#files.at(-1);
    if (newest === undefined) return;
    const { next, size, since, torn, damage } = await repair(newest);
    this.next = next;
    const { path } = newest;
    if (torn > 0) {
      log.warn("dropped {torn} bytes of an entry that was cut off, in {path}", {
        torn,
        path,
      });
    }
    if (damage !== undefined) {
      log.warn(
        "left {path} as it is, and goes on in a new file: found {damage}",
        {
          path,
          damage,
        },
      );
    } else if (size === undefined) {
      this.#files.pop();
    } else if (newest.format === format && newest.compressed === compress) {
      this.#resumed = { file: newest, size, since: since ?? clock.now() };
    }
  }

  async #open(first: number): Promise<Growing> {
    const { format, compress, clock } = this.#options;
    const resumed = this.#resumed;
    const file = resumed?.file ??
      recordingFile(this.#folder, first, format, compress);
    const { path } = file;
    let handle: FileHandle;
    try {
      handle = await open(path, resumed ? "r+" : "wx");
    } catch (cause) {
      throw storageError("write to", path, cause);
    }
    this.#resumed = undefined;
    if (resumed) {
      return { handle, path, size: resumed.size, since: resumed.since };
    }
    this.#files.push(file);
    await this.#removeOldest();
    await this.#syncFolder();
    return { handle, path, size: 0, since: clock.now() };
  }

  async #removeOldest(): Promise<void> {
    const { maxFiles, log } = this.#options;
    while (maxFiles !== undefined && this.#files.length > maxFiles) {
      const { path } = this.#files.shift()!;
      try {
        await unlink(path);
      } catch (error) {
        if (systemCode(error) === "ENOENT") continue;
        log.warn("could not remove {path}: {reason}", {
          path,
          reason: (error as Error).message,
        });
      }
    }
  }

  /** Else a file may be on the disk, and its name isn't. */
  async #syncFolder(): Promise<void> {
    if (this.#options.sync === "never") return;
    try {
      const folder = await open(this.#folder, "r");
      await folder.sync().finally(() => folder.close());
    } catch {
      // Not every system lets a folder be opened; those that don't need no sync of it.
    }
  }
}
