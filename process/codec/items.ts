/** The major types of CBOR (RFC 8949, section 3.1), as the upper three bits of an item's first byte. */
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
/** Ends an item of unknown size. */
export const BREAK = 0xff;

/** The lower five bits of the first byte that say: the size is unknown, a break will come. */
export const INDEFINITE = 31;

/** The major type of a first byte. */
export function majorType(initial: number): number {
  return initial & 0xe0;
}

/** The lower five bits of a first byte: a small argument, or how many bytes of argument follow. */
export function infoOf(initial: number): number {
  return initial & 0x1f;
}
