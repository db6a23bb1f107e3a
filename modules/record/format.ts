import type { Recordable, RecordedMessage } from "./recorded_message.ts";

/** Entries on their way to a file. */
export interface Batch {
  /** How many there are. */
  readonly count: number;
  /** About how many bytes they have. */
  readonly size: number;
  /**
   * Adds one.
   *
   * @throws {CaryatidError} `NOT_ENCODABLE` or `MESSAGE_TOO_LARGE`; the batch is then as it was
   */
  add(sequence: number, entry: Recordable): void;
  /** All of them, as they are in a file. */
  bytes(): Uint8Array;
}

/** What a reader finds. */
export interface Sink {
  /** A whole entry. */
  entry(message: RecordedMessage): void;
  /** Something at a byte that no recorder wrote. Throws, or counts it. */
  damage(at: number, found: string, cause?: unknown): void;
}

/** How entries are written one after another. */
export interface Format {
  /** Ends the names of its files. */
  readonly extension: string;
  /** An empty batch. */
  batch(): Batch;
  /**
   * Reads the whole entries that `bytes` begins with, and gives how many bytes they have; -1 if there can't be any more, whatever
   * follows.
   */
  read(bytes: Uint8Array, sink: Sink): number;
}
