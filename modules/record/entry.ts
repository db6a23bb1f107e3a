import { CaryatidError } from "@caryatid/sdk";

/**
 * Maximum size of an entry, in bytes. A writer refuses a larger entry, and a
 * reader takes it for damage.
 */
export const MAX_ENTRY_BYTES: number = 64 * 1024 * 1024;

/** Maximum depth of nested arrays and objects, as in the codec. */
export const MAX_DEPTH = 128;

/** One message of a recording. */
export interface RecordedMessage {
  /** Number of the entry. The first is 0, and a restart continues the count. */
  readonly sequence: number;
  /**
   * Time of the publish, in milliseconds since 1970. Undefined in Rust's
   * format.
   */
  readonly time: number | undefined;
  /** Topic of the publish. Undefined in Rust's format. */
  readonly topic: string | undefined;
  /** Id of the publish. Undefined in Rust's format. */
  readonly id: string | undefined;
  /** Headers of the publish. */
  readonly headers: Readonly<Record<string, string>>;
  /** The published message. */
  readonly message: unknown;
}

/** Properties of a delivery that are recorded. */
export interface Recordable {
  readonly time: number;
  readonly topic: string;
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: unknown;
}

/** Encoded entries that are not written yet. */
export interface Batch {
  /** Number of entries. */
  readonly count: number;
  /** Approximate size in bytes. */
  readonly size: number;
  /**
   * Adds an entry.
   *
   * @throws {CaryatidError} `NOT_ENCODABLE` or `MESSAGE_TOO_LARGE`; the batch
   * is then unchanged
   */
  add(sequence: number, entry: Recordable): void;
  /** Returns all entries as the bytes of a file. */
  bytes(): Uint8Array;
}

/** Receives the content of a file from a reader. */
export interface Sink {
  /** Receives a complete entry. */
  entry(message: RecordedMessage): void;
  /**
   * Receives the offset of bytes that no recorder wrote. May throw, which ends
   * the reading.
   */
  damage(at: number, found: string, cause?: unknown): void;
}

/** Format of a file: how entries follow each other. */
export interface Format {
  /** Extension of the file names. */
  readonly extension: string;
  /** Creates an empty batch. */
  batch(): Batch;
  /**
   * Reads the complete entries at the start of `bytes` and returns their size
   * in bytes. Returns -1 if no entry can follow, whatever bytes come next.
   */
  read(bytes: Uint8Array, sink: Sink): number;
}

/** Storage that batches are written to. */
export interface Store {
  /** Sequence of the next entry. */
  readonly next: number;
  /** Creates an empty batch. */
  batch(): Batch;
  /**
   * Writes a batch whose first entry has the sequence `first`. A failed batch
   * can be written again: no entry is then stored twice. Rejects with
   * `PERMISSION_DENIED` or `STORAGE_FAILED`.
   */
  write(first: number, batch: Batch): Promise<void>;
  /** Finishes the file; harmless twice. */
  close(): Promise<void>;
}

let lastText: string | undefined;
let lastTime = 0;

/** Parses the time of an entry. Throws if it is not a valid time. */
export function parseTime(text: unknown): number {
  // most entries have the time of the entry before
  if (text === lastText) return lastTime;
  const time = typeof text === "string" ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) {
    throw damagedEntry("its time is not valid");
  }
  lastText = text as string;
  lastTime = time;
  return time;
}

/** Returns true if there are no headers. Throws if a header is not text. */
export function isWithoutHeaders(headers: Recordable["headers"]): boolean {
  let empty = true;
  for (const name in headers) {
    empty = false;
    if (typeof headers[name] === "string") continue;
    throw new CaryatidError(
      "NOT_ENCODABLE",
      `Cannot record the header ${JSON.stringify(name)}: ` +
        `found a ${typeof headers[name]}; expected text`,
    );
  }
  return empty;
}

/**
 * Returns the properties of an entry after checking all but its time. Throws if
 * `value` is not an entry.
 */
export function checkEntry(
  value: unknown,
): Record<string, unknown> & Recordable & { readonly sequence: number } {
  if (typeof value !== "object" || value === null) {
    throw damagedEntry("it is not an object");
  }
  const entry = value as Record<string, unknown>;
  const { sequence, topic, id, headers } = entry;
  if (!Number.isSafeInteger(sequence) || sequence as number < 0) {
    throw damagedEntry("its sequence is not a whole number");
  }
  if (typeof topic !== "string") {
    throw damagedEntry("its topic is not text");
  }
  if (typeof id !== "string") {
    throw damagedEntry("its id is not text");
  }
  if (typeof headers !== "object" || headers === null) {
    throw damagedEntry("its headers are not an object");
  }
  for (const name in headers) {
    if (typeof (headers as Record<string, unknown>)[name] !== "string") {
      throw damagedEntry("one of its headers is not text");
    }
  }
  if (!Object.hasOwn(entry, "message")) {
    throw damagedEntry("it has no message");
  }
  return entry as ReturnType<typeof checkEntry>;
}

/** Returns the error for an entry that exceeds the maximum size. */
export function tooLargeError(topic: string, bytes: number): CaryatidError {
  return new CaryatidError(
    "MESSAGE_TOO_LARGE",
    `Cannot record a message on ${JSON.stringify(topic)}: ` +
      `found an entry of ${bytes} bytes; expected at most ${MAX_ENTRY_BYTES}`,
  );
}

/** Returns the error for an entry that no recorder writes. */
export function damagedEntry(found: string): CaryatidError {
  return new CaryatidError("RECORDING_DAMAGED", found);
}
