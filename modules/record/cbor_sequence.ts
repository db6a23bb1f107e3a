import { decode, encode } from "@caryatid/process/codec";
import { timeText } from "../time_text.ts";
import {
  type Batch,
  checkEntry,
  damagedEntry,
  type Format,
  isWithoutHeaders,
  MAX_ENTRY_BYTES,
  parseTime,
  type Recordable,
  type RecordedMessage,
  type Sink,
  tooLargeError,
} from "./entry.ts";

/** Major type 2 of CBOR: a byte string. */
const BYTES = 2;
/** Maximum size of the head of a byte string. */
const HEAD = 9;
const NO_HEADERS = {};

/**
 * Format with a CBOR sequence (RFC 8742) of byte strings, each with one entry,
 * whose `message` is a byte string as well: the body on the wire. So the length
 * of an entry shows whether it is complete, and a message may be nested as deep
 * as on the wire.
 */
export const cborSequence: Format = {
  extension: "cborseq",
  batch: () => new CborBatch(),
  read: readSequence,
};

class CborBatch implements Batch {
  count = 0;
  size = 0;
  readonly #parts: Uint8Array[] = [];
  #bytes: Uint8Array | undefined;

  add(sequence: number, entry: Recordable): void {
    const { topic, time, id, headers, message } = entry;
    const bytes = encode({
      sequence,
      time: timeText(time),
      topic,
      id,
      headers: isWithoutHeaders(headers) ? NO_HEADERS : headers,
      message: encode(message),
    });
    if (bytes.length > MAX_ENTRY_BYTES) {
      throw tooLargeError(topic, bytes.length);
    }
    this.#parts.push(bytes);
    this.size += HEAD + bytes.length;
    this.count++;
  }

  bytes(): Uint8Array {
    return this.#bytes ??= this.#join();
  }

  #join(): Uint8Array {
    const all = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.#parts) {
      at = writeHead(all, at, part.length);
      all.set(part, at);
      at += part.length;
    }
    return all.subarray(0, at);
  }
}

/**
 * Writes the head of a byte string and returns the offset after it. The length
 * always takes four bytes, which any reader accepts.
 */
function writeHead(into: Uint8Array, at: number, length: number): number {
  into[at++] = BYTES << 5 | 26;
  for (let shift = 24; shift >= 0; shift -= 8) into[at++] = length >>> shift;
  return at;
}

function readSequence(bytes: Uint8Array, sink: Sink): number {
  for (let at = 0;;) {
    const head = readHead(bytes, at);
    if (head === undefined) return at;
    if (head.length > MAX_ENTRY_BYTES || head.length < 0) {
      sink.damage(at, "bytes that are not an entry");
      return -1;
    }
    const end = head.at + head.length;
    if (end > bytes.length) return at;
    readEntry(bytes.subarray(head.at, end), sink, at);
    at = end;
  }
}

/**
 * Returns the offset of the content of a byte string and its length: negative
 * if the item is not a byte string.
 */
function readHead(
  bytes: Uint8Array,
  at: number,
): { at: number; length: number } | undefined {
  const initial = bytes[at];
  if (initial === undefined) return undefined;
  const info = initial & 31;
  if (initial >> 5 !== BYTES || info > 26) return { at, length: -1 };
  if (info < 24) return { at: at + 1, length: info };
  const size = 1 << info - 24;
  if (at + 1 + size > bytes.length) return undefined;
  let length = 0;
  for (let i = 1; i <= size; i++) length = length * 256 + bytes[at + i]!;
  return { at: at + 1 + size, length };
}

function readEntry(bytes: Uint8Array, sink: Sink, at: number): void {
  let message: RecordedMessage;
  try {
    const { sequence, time, topic, id, headers, message: body } = checkEntry(
      decode(bytes),
    );
    if (!(body instanceof Uint8Array)) {
      throw damagedEntry("its message is not a byte string");
    }
    message = {
      sequence,
      time: parseTime(time),
      topic,
      id,
      headers,
      message: decode(body),
    };
  } catch (error) {
    return sink.damage(at, "bytes that are not an entry", error);
  }
  sink.entry(message);
}
