import { Buffer } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";
import { storageError } from "../storage_error.ts";
import { MAX_ENTRY_BYTES, type RecordedMessage, type Sink } from "./entry.ts";
import { fromMember, memberLength } from "./gzip_members.ts";
import type { RecordingFile } from "./recording_file.ts";

/** Size of a read, in bytes. */
const CHUNK = 256 * 1024;

/**
 * Receives the offset of damaged bytes and their description. May throw, which
 * ends the reading.
 */
export type OnDamage = (at: number, found: string, cause?: unknown) => void;

/**
 * Reads a file in pieces. Its memory depends on the largest entry, not on the
 * size of the file.
 */
export class FileReader {
  /** Offset up to which the file was read and parsed. */
  end = 0;
  /**
   * Size of the incomplete entry at the end: its writer was killed, or is still
   * writing.
   */
  torn = 0;
  readonly #file: RecordingFile;
  readonly #onDamage: OnDamage;
  readonly #onRead: ((bytes: number) => void) | undefined;
  #handle: FileHandle | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  #found: RecordedMessage[] = [];

  /**
   * Creates a reader that has read nothing yet. Calls `onRead` with the size of
   * each piece that it reads, in bytes.
   */
  constructor(
    file: RecordingFile,
    onDamage: OnDamage,
    onRead?: (bytes: number) => void,
  ) {
    this.#file = file;
    this.#onRead = onRead;
    this.#onDamage = onDamage;
  }

  /**
   * Iterates over the entries in batches: a promise for each entry costs as
   * much as reading it.
   */
  async *batches(): AsyncGenerator<RecordedMessage[], void> {
    this.#handle = await this.#open();
    try {
      for (;;) {
        const more = await this.#readMore();
        let readable: boolean;
        try {
          readable = await this.#parse();
        } catch (error) {
          // The entries before the damage are valid.
          if (this.#found.length > 0) yield this.#take();
          throw error;
        }
        if (this.#found.length > 0) yield this.#take();
        if (!readable) return;
        if (more) continue;
        this.torn = this.#rest.length;
        return;
      }
    } finally {
      await this.#handle.close();
    }
  }

  /** Reads the next bytes. Returns false at the end of the file. */
  async #readMore(): Promise<boolean> {
    // Doubled for a large entry, which would otherwise be copied for each
    // piece.
    const size = Math.max(CHUNK, this.#rest.length);
    const bytes = Buffer.allocUnsafe(this.#rest.length + size);
    bytes.set(this.#rest);
    const { bytesRead } = await this.#read(bytes, this.#rest.length, size);
    this.#rest = bytes.subarray(0, this.#rest.length + bytesRead);
    this.#onRead?.(bytesRead);
    return bytesRead > 0;
  }

  /**
   * Parses the bytes so far. Returns false if the rest of the file cannot be
   * parsed.
   */
  async #parse(): Promise<boolean> {
    const readable = this.#file.compressed
      ? await this.#readMembers()
      : this.#advance(this.#file.format.read(this.#rest, this.#sink(this.end)));
    if (!readable || this.#rest.length <= this.#maxRest) return readable;
    this.#onDamage(this.end, "an entry without an end");
    return false;
  }

  async #readMembers(): Promise<boolean> {
    for (;;) {
      const length = memberLength(this.#rest);
      if (length === -1) {
        this.#onDamage(this.end, "bytes that no recorder compressed");
        return false;
      }
      if (length === undefined || length > this.#rest.length) return true;
      await this.#readMember(this.#rest.subarray(0, length));
      this.#advance(length);
    }
  }

  async #readMember(member: Uint8Array): Promise<void> {
    const sink = this.#sink(this.end);
    let plain: Uint8Array;
    try {
      plain = await fromMember(member);
    } catch (error) {
      return sink.damage(0, "a damaged compressed piece", error);
    }
    const read = this.#file.format.read(plain, sink);
    if (read !== plain.length && read !== -1) {
      sink.damage(0, "a compressed piece that ends within an entry");
    }
  }

  #advance(bytes: number): boolean {
    if (bytes === -1) return false;
    this.end += bytes;
    this.#rest = this.#rest.subarray(bytes);
    return true;
  }

  #sink(start: number): Sink {
    return {
      entry: (message) => this.#found.push(message),
      damage: (within, found, cause) =>
        // An offset within a compressed piece is not an offset in the file.
        this.#onDamage(
          this.#file.compressed ? start : start + within,
          found,
          cause,
        ),
    };
  }

  get #maxRest(): number {
    return this.#file.compressed ? 2 * MAX_ENTRY_BYTES : MAX_ENTRY_BYTES;
  }

  #take(): RecordedMessage[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  async #open(): Promise<FileHandle> {
    try {
      return await open(this.#file.path, "r");
    } catch (cause) {
      throw storageError("read", this.#file.path, cause);
    }
  }

  async #read(bytes: Uint8Array, at: number, size: number) {
    try {
      return await this.#handle!.read(bytes, at, size, null);
    } catch (cause) {
      throw storageError("read", this.#file.path, cause);
    }
  }
}
