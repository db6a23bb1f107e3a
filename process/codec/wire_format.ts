/**
 * The major types of CBOR (RFC 8949, section 3.1), as the upper three bits of
 * an item's first byte.
 */
export const UNSIGNED = 0x00;
export const NEGATIVE = 0x20;
export const BYTES = 0x40;
export const TEXT = 0x60;
export const ARRAY = 0x80;
export const MAP = 0xa0;
export const TAG = 0xc0;

export const FALSE = 0xf4;
export const TRUE = 0xf5;
export const NULL = 0xf6;
export const FLOAT32 = 0xfa;
export const FLOAT64 = 0xfb;
/** Ends an item of indefinite length. */
export const BREAK = 0xff;

/** The lower five bits of the first byte of an item of indefinite length. */
export const INDEFINITE = 31;

/**
 * Tags of the values that only JavaScript has, between a host and its guests.
 * They never leave the machine, so they need no registration.
 */
export const DATE_TAG = 1;
export const BIGINT_TAG = 2;
export const FLOAT_TAG = 3;
export const FLOAT32_TAG = 4;
export const MAP_TAG = 5;
export const SET_TAG = 6;

/**
 * Maximum depth of nested arrays and objects, the outermost included. A cycle
 * ends here, before the stack overflows.
 */
export const MAX_DEPTH = 128;

/**
 * Default maximum size of an encoded message. An object that occurs many times
 * in a message can reach it.
 */
export const MAX_BYTES: number = 128 * 1024 * 1024;

/**
 * Marks the numbers that `f32` of `@caryatid/sdk/rust` sends, whichever copy of
 * the SDK is loaded.
 */
export const IS_FLOAT32: unique symbol = Symbol.for("caryatid.float32");

/** Returns the major type of a first byte. */
export function majorType(initial: number): number {
  return initial & 0xe0;
}

/**
 * Returns the lower five bits of a first byte: a small argument, or the size of
 * the argument that follows.
 */
export function infoOf(initial: number): number {
  return initial & 0x1f;
}
