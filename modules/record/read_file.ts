import { Buffer } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";
import type { Sink } from "./format.ts";
import { fromMember, memberLength } from "./gzip_members.ts";
import { MOST_ENTRY_BYTES } from "./limits.ts";
import type { RecordingFile } from "./recording_file.ts";
import type { RecordedMessage } from "./recorded_message.ts";
import { storageError } from "./storage_error.ts";

const CHUNK = 256 * 1024;

/** Hears of what is no entry: where in the file, and what was found. It may throw, which ends the reading. */
export type OnDamage = (at: number, found: string, cause?: unknown) => void;

/**
 * Reads a file piece by piece: what it has in memory doesn't depend on the size of the file, only on its largest entry.
 */
export class FileReader {
  /** Bytes that were read and understood, from the beginning. */
  end = 0;
  /** Bytes at the end that are no whole entry: the writer was killed, or is about to write the rest. */
  torn = 0;
  readonly #file: RecordingFile;
  readonly #onDamage: OnDamage;
  #handle: FileHandle | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  #found: RecordedMessage[] = [];

  /** Nothing is read yet. */
  constructor(file: RecordingFile, onDamage: OnDamage) {
    this.#file = file;
    this.#onDamage = onDamage;
  }

  /** The entries, many at a time: a promise for each costs as much as to read it. */
  async *batches(): AsyncGenerator<RecordedMessage[], void> {
    this.#handle = await this.#open();
    try {
      for (;;) {
        const more = await this.#readMore();
        let goesOn: boolean;
        try {
          goesOn = await this.#understand();
        } catch (error) {
          // What comes before the damage is as good as ever.
          if (this.#found.length > 0) yield this.#take();
          throw error;
        }
        if (this.#found.length > 0) yield this.#take();
        if (!goesOn) return;
        if (more) continue;
        this.torn = this.#rest.length;
        return;
      }
    } finally {
      await this.#handle.close();
    }
  }

  /** Says whether there was more. */
  async #readMore(): Promise<boolean> {
    // Doubled for an entry that is larger: else it would be copied anew for each piece.
    const size = Math.max(CHUNK, this.#rest.length);
    const bytes = Buffer.allocUnsafe(this.#rest.length + size);
    bytes.set(this.#rest);
    const { bytesRead } = await this.#read(bytes, this.#rest.length, size);
    this.#rest = bytes.subarray(0, this.#rest.length + bytesRead);
    return bytesRead > 0;
  }

  /** Reads what is there; says whether the rest of the file can be understood, too. */
  async #understand(): Promise<boolean> {
    const goesOn = this.#file.compressed
      ? await this.#readMembers()
      : this.#advance(this.#file.format.read(this.#rest, this.#sink(this.end)));
    if (!goesOn || this.#rest.length <= this.#largest) return goesOn;
    this.#onDamage(this.end, "an entry that has no end");
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
      return sink.damage(0, "a compressed piece that is damaged", error);
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
        // Within a compressed piece it has no place in the file.
        this.#onDamage(
          this.#file.compressed ? start : start + within,
          found,
          cause,
        ),
    };
  }

  get #largest(): number {
    return this.#file.compressed ? 2 * MOST_ENTRY_BYTES : MOST_ENTRY_BYTES;
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
