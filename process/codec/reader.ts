import { CaryatidError } from "@caryatid/sdk";
import { Buffer } from "node:buffer";
import { BREAK } from "./wire_format.ts";

/**
 * Memory that a decoded message may take: this much, and
 * {@linkcode MEMORY_PER_BYTE} for each of its bytes.
 */
const FREE_MEMORY = 64 * 1024 * 1024;
const MEMORY_PER_BYTE = 32;

const scratch = new DataView(new ArrayBuffer(4));

/**
 * Reads heads, floats and byte ranges of a message, and never past its end.
 * `read_value.ts` builds values from them.
 */
export class Reader {
  /** All bytes of the message. */
  readonly bytes: Uint8Array;
  /** True if tags are accepted, which only a `rich` writer writes. */
  readonly rich: boolean;
  /** Offset of the next byte. */
  at = 0;
  #memory: number;
  #buffer: Buffer | undefined;
  #view: DataView | undefined;

  /** Starts at the first byte. */
  constructor(bytes: Uint8Array, rich = false) {
    this.bytes = bytes;
    this.rich = rich;
    this.#memory = FREE_MEMORY + MEMORY_PER_BYTE * bytes.length;
  }

  /** Number of unread bytes. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /**
   * Reads the first byte of an item: three bits of major type, five of `info`.
   */
  initial(): number {
    if (this.at === this.bytes.length) this.#need(1);
    return this.bytes[this.at++]!;
  }

  /**
   * Reads the size of a text, byte string, array or map. A size above 2^53 is
   * inexact, and too large in any case.
   */
  size(info: number): number {
    return info < 24 ? info : this.#argument(info);
  }

  /**
   * Reads the argument of an integer: a bigint if a number cannot hold it
   * exactly.
   */
  integer(info: number): number | bigint {
    if (info < 24) return info;
    if (info !== 27) return this.#argument(info);
    const at = this.skip(8);
    const high = this.#uint32(at);
    const low = this.#uint32(at + 4);
    return high < 0x200000
      ? high * 0x100000000 + low
      : BigInt(high) << 32n | BigInt(low);
  }

  /** Reads a float of the width in `info`. */
  float(info: number): number {
    if (info === 27) {
      const at = this.skip(8);
      this.#view ??= viewOf(this.bytes);
      return this.#view.getFloat64(at);
    }
    if (info === 25) return float16(this.#argument(info));
    scratch.setUint32(0, this.#argument(info));
    return scratch.getFloat32(0);
  }

  /**
   * Counts `memory` bytes of heap against the limit: one byte of a message can
   * become an object of 400 bytes.
   */
  spend(memory: number): void {
    this.#memory -= memory;
    if (this.#memory >= 0) return;
    throw decodeError(this.at, "too many small items for its size");
  }

  /** Skips `size` bytes and returns the offset of the first one. */
  skip(size: number): number {
    this.#need(size);
    const { at } = this;
    this.at += size;
    return at;
  }

  /**
   * Consumes the break of an item of indefinite length. Returns false if the
   * next byte is not a break.
   */
  ends(): boolean {
    this.#need(1);
    if (this.bytes[this.at] !== BREAK) return false;
    this.at++;
    return true;
  }

  /**
   * All bytes as a Buffer, which decodes a short text in a fifth of the time of
   * a TextDecoder.
   */
  get buffer(): Buffer {
    return this.#buffer ??= asBuffer(this.bytes);
  }

  #argument(info: number): number {
    const { bytes } = this;
    switch (info) {
      case 24:
        return bytes[this.skip(1)]!;
      case 25: {
        const at = this.skip(2);
        return bytes[at]! << 8 | bytes[at + 1]!;
      }
      case 26:
        return this.#uint32(this.skip(4));
      case 27: {
        const at = this.skip(8);
        return this.#uint32(at) * 0x100000000 + this.#uint32(at + 4);
      }
      default:
        throw decodeError(this.at - 1, "a head that CBOR does not define");
    }
  }

  #uint32(at: number): number {
    const { bytes } = this;
    const signed = bytes[at]! << 24 | bytes[at + 1]! << 16 |
      bytes[at + 2]! << 8 | bytes[at + 3]!;
    return signed >>> 0;
  }

  #need(size: number): void {
    if (size <= this.left) return;
    throw decodeError(this.at, `only ${this.left} of ${size} bytes`);
  }
}

/**
 * Returns the error for a body that is not a message: `found` describes what is
 * wrong at byte `offset`.
 */
export function decodeError(
  offset: number,
  found: string,
  options: ErrorOptions = {},
): CaryatidError {
  return new CaryatidError(
    "DECODE_FAILED",
    `Cannot decode the message at byte ${offset}: found ${found}`,
    options,
  );
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Node 22 has no DataView.getFloat16. */
function float16(bits: number): number {
  const sign = bits >> 15 === 1 ? -1 : 1;
  const exponent = bits >> 10 & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
