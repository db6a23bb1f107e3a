// The types of DER (X.690) that a certificate uses.

/** Encodes a sequence of parts. */
export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return field(0x30, ...parts);
}

/** Encodes a set of one element. */
export function setOf(part: Uint8Array): Uint8Array {
  return field(0x31, part);
}

/**
 * Encodes a context-specific field, whose position gives its meaning: tag
 * `number` around a whole value, or around bare bytes.
 */
export function context(
  number: number,
  value: Uint8Array,
  whole = true,
): Uint8Array {
  return field((whole ? 0xa0 : 0x80) | number, value);
}

/** Encodes a positive integer whose first byte is below 0x80. */
export function integer(bytes: Uint8Array): Uint8Array {
  return field(0x02, bytes);
}

/** Encodes a boolean. */
export function boolean(value: boolean): Uint8Array {
  return field(0x01, new Uint8Array([value ? 0xff : 0]));
}

/** Encodes a bit string without its last `unused` bits. */
export function bitString(bytes: Uint8Array, unused = 0): Uint8Array {
  return field(0x03, new Uint8Array([unused]), bytes);
}

/** Encodes a byte string. */
export function octetString(bytes: Uint8Array): Uint8Array {
  return field(0x04, bytes);
}

/** Encodes a text. */
export function utf8(text: string): Uint8Array {
  return field(0x0c, new TextEncoder().encode(text));
}

/**
 * Encodes a time in seconds, in one of the two forms that certificates must
 * use: with a two-digit year until 2049.
 */
export function time(date: Date): Uint8Array {
  const digits = date.toISOString().replace(/\.\d+|[-:T]/g, "");
  const short = date.getUTCFullYear() < 2050;
  const text = new TextEncoder().encode(short ? digits.slice(2) : digits);
  return field(short ? 0x17 : 0x18, text);
}

/** Encodes a registered object identifier like `2.5.4.3`. */
export function objectId(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split(".").map(Number) as [
    number,
    number,
    ...number[],
  ];
  return field(
    0x06,
    new Uint8Array([first * 40 + second, ...rest.flatMap(base128)]),
  );
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) {
    digits.unshift((rest & 0x7f) | 0x80);
  }
  return digits;
}

function field(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, { length }) => sum + length, 0);
  const head = [tag, ...lengthOf(length)];
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let at = head.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
