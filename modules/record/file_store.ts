import type { Clock, Log } from "@caryatid/sdk";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { storageError, systemCode } from "../storage_error.ts";
import type { Batch, Format, Store } from "./entry.ts";
import { toMember } from "./gzip_members.ts";
import {
  type RecordingFile,
  recordingFile,
  recordingFiles,
} from "./recording_file.ts";
import { repair } from "./repair.ts";

/** Options of {@linkcode FileStore.open}. */
export interface FileStoreOptions {
  readonly format: Format;
  readonly compress: boolean;
  /**
   * Maximum size of a file, in bytes. A file with a single batch may be larger.
   */
  readonly maxFileSize: number;
  /** Maximum number of files; the oldest ones are removed. */
  readonly maxFiles: number | undefined;
  /** Maximum age of a file, in milliseconds. */
  readonly rotateEvery: number | undefined;
  /** Moment when files are synchronized with the disk. */
  readonly sync: "never" | "rotation" | "flush";
  readonly log: Log;
  readonly clock: Clock;
}

/** The file that batches are appended to. */
interface OpenFile {
  readonly handle: FileHandle;
  readonly path: string;
  /** Size of its complete batches, in bytes. */
  size: number;
  /** Time of its first entry, in milliseconds since 1970. */
  since: number;
  /** True if a partial batch after `size` could not be removed. */
  isTorn?: boolean;
}

/** Store that appends batches to a file, and rotates files by size and age. */
export class FileStore implements Store {
  next = 0;
  readonly #folder: string;
  readonly #options: FileStoreOptions;
  /** All files of the folder, oldest first. */
  #files: RecordingFile[] = [];
  #current: OpenFile | undefined;
  /** The newest file of an earlier run, if batches may be appended to it. */
  #resumed: { file: RecordingFile; size: number; since: number } | undefined;
  /**
   * Bytes of a batch that failed and is written again: it is compressed once.
   */
  #encoded: { batch: Batch; bytes: Uint8Array } | undefined;

  private constructor(folder: string, options: FileStoreOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /**
   * Opens the folder and repairs its newest file. Rejects with
   * `PERMISSION_DENIED` or `STORAGE_FAILED`.
   */
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
    const bytes = await this.#encode(batch);
    if (this.#isFull(bytes.length)) await this.close();
    const file = this.#current ??= await this.#open(first);
    try {
      // A shorter batch would leave the end of the partial one behind.
      if (file.isTorn) await file.handle.truncate(file.size);
      file.isTorn = true;
      await writeAll(file.handle, bytes, file.size);
      if (this.#options.sync === "flush") await file.handle.datasync();
    } catch (cause) {
      await removePartial(file);
      throw storageError("write to", file.path, cause);
    }
    file.isTorn = false;
    file.size += bytes.length;
    this.#encoded = undefined;
  }

  async close(): Promise<void> {
    const file = this.#current;
    this.#current = undefined;
    if (file === undefined) return;
    try {
      if (this.#options.sync !== "never") await file.handle.sync();
    } catch (cause) {
      throw storageError("write to", file.path, cause);
    } finally {
      await file.handle.close();
    }
  }

  async #encode(batch: Batch): Promise<Uint8Array> {
    if (this.#encoded?.batch === batch) return this.#encoded.bytes;
    const plain = batch.bytes();
    const bytes = this.#options.compress ? await toMember(plain) : plain;
    this.#encoded = { batch, bytes };
    return bytes;
  }

  #isFull(more: number): boolean {
    const { maxFileSize, rotateEvery, clock } = this.#options;
    const file = this.#current ?? this.#resumed;
    if (file === undefined) return false;
    const full = file.size > 0 && file.size + more > maxFileSize;
    const now = clock.now();
    // An empty file begins now. After the clock was set back, the age counts
    // from now, or the file would not rotate for so long.
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
      log.warn(
        "removed {torn} bytes of an incomplete entry at the end of {path}",
        {
          torn,
          path,
        },
      );
    }
    if (damage !== undefined) {
      log.warn(
        "{path} is damaged and stays unchanged; recording continues in a new file: found {damage}",
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

  async #open(first: number): Promise<OpenFile> {
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
        log.warn("cannot remove the old file {path}: {reason}", {
          path,
          reason: (error as Error).message,
        });
      }
    }
  }

  /**
   * Synchronizes the folder: without it, a file can be on the disk without its
   * name.
   */
  async #syncFolder(): Promise<void> {
    if (this.#options.sync === "never") return;
    try {
      const folder = await open(this.#folder, "r");
      await folder.sync().finally(() => folder.close());
    } catch {
      // Systems that cannot open a folder need no synchronization of it.
    }
  }
}

/** Removes a partial batch. The next write tries again if that fails. */
async function removePartial(file: OpenFile): Promise<void> {
  try {
    await file.handle.truncate(file.size);
    file.isTorn = false;
  } catch {
    // The error of the write says more.
  }
}

/** Writes all of `bytes` at `position`: a single call may write less. */
async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(
      bytes,
      done,
      bytes.length - done,
      position + done,
    );
    done += bytesWritten;
  }
}
