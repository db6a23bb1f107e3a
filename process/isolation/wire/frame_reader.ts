import {
  ARRAY,
  BYTES,
  infoOf,
  majorType,
  MAP,
  TAG,
  TEXT,
} from "../../codec/wire_format.ts";
import { readValue } from "../../codec/read_value.ts";
import { Reader } from "../../codec/reader.ts";
import { maxWeight } from "./budgets.ts";
import { MOST_HEAD } from "./frames.ts";
import { violation } from "./protocol_errors.ts";

/** Maximum number of items of a frame. */
const MAX_ITEMS = 16;
/**
 * Weight of a byte string, which takes 450 bytes of memory even if it is empty.
 */
const BYTES_WEIGHT = 4;

/**
 * Reads the frames of one batch. With a `messageSize`, the sender is not
 * trusted: no frame takes more bytes or memory than a message of that size may.
 */
export class FrameReader {
  /** Number of bytes of the last frame. */
  bytes = 0;
  readonly #reader: Reader;
  readonly #maxBytes: number;
  readonly #maxWeight: number;

  /** Starts at the first frame. */
  constructor(batch: Uint8Array, messageSize?: number) {
    this.#reader = new Reader(batch, true);
    this.#maxBytes = messageSize === undefined
      ? Infinity
      : messageSize + MOST_HEAD;
    this.#maxWeight = messageSize === undefined
      ? Infinity
      : maxWeight(messageSize);
  }

  /** True if no frame is left. */
  get done(): boolean {
    return this.#reader.left === 0;
  }

  /**
   * Returns the items of the next frame.
   *
   * @throws {CaryatidError} `PROTOCOL_VIOLATION` if the next bytes are not a
   * frame
   */
  next(): unknown[] {
    const reader = this.#reader;
    const start = reader.at;
    this.#checkLimits();
    const items = readItems(reader);
    this.bytes = reader.at - start;
    return items;
  }

  /**
   * Measures a frame before it is decoded, unless too few bytes are left to
   * exceed a limit.
   */
  #checkLimits(): void {
    const { bytes, at, left } = this.#reader;
    if (left <= this.#maxWeight / BYTES_WEIGHT) return;
    const { size, weight } = measure(bytes, at);
    if (size > this.#maxBytes) throw violation(`a frame of ${size} bytes`);
    if (weight <= this.#maxWeight) return;
    throw violation(`a frame of ${weight} arrays, maps, tags and byte strings`);
  }
}

/**
 * Calls `each` with the items of every frame of a trusted sender, and their
 * size in bytes.
 */
export function readFrames(
  batch: Uint8Array,
  each: (items: unknown[], bytes: number) => void,
): void {
  const reader = new FrameReader(batch);
  while (!reader.done) each(reader.next(), reader.bytes);
}

/**
 * Returns the size in bytes of the item at `start` and its weight (see
 * `maxWeight`), without decoding it.
 *
 * @throws {CaryatidError} `PROTOCOL_VIOLATION` if the item is cut short
 */
export function measure(
  bytes: Uint8Array,
  start: number,
): { readonly size: number; readonly weight: number } {
  let at = start;
  let weight = 0;
  for (let items = 1; items > 0; items--) {
    // Each item takes at least one byte, which bounds the loop.
    if (items > bytes.length - at) throw violation("a frame that is cut short");
    const initial = bytes[at++]!;
    const info = infoOf(initial);
    let argument = info;
    if (info >= 24) {
      const width = 1 << (info - 24);
      if (width > 8) throw violation("an invalid head of an item");
      argument = readArgument(bytes, at, width);
      at += width;
    }
    switch (majorType(initial)) {
      case BYTES:
        weight += BYTES_WEIGHT;
        at += argument;
        break;
      case TEXT:
        at += argument;
        break;
      case ARRAY:
        weight++;
        items += argument;
        break;
      case MAP:
        weight++;
        items += 2 * argument;
        break;
      case TAG:
        weight++;
        items++;
        break;
    }
  }
  if (at > bytes.length) throw violation("a frame that is cut short");
  return { size: at - start, weight };
}

function readArgument(bytes: Uint8Array, at: number, width: number): number {
  let argument = 0;
  for (let i = at; i < at + width; i++) argument = argument * 256 + bytes[i]!;
  if (Number.isNaN(argument)) throw violation("a frame that is cut short");
  return argument;
}

function readItems(reader: Reader): unknown[] {
  const initial = reader.initial();
  const length = infoOf(initial);
  if (majorType(initial) !== ARRAY || length === 0 || length > MAX_ITEMS) {
    throw violation("bytes that are not a frame");
  }
  try {
    const items: unknown[] = new Array(length);
    for (let i = 0; i < length; i++) items[i] = readValue(reader, 0);
    return items;
  } catch (cause) {
    throw violation(
      cause instanceof Error ? cause.message : String(cause),
      cause,
    );
  }
}
