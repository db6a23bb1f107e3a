import { mismatch, mismatchIn } from "./mismatch.ts";
import { RustType } from "./rust_type.ts";

/** `true` or `false`. */
export const bool: RustType<boolean> = same(
  "bool",
  "true or false",
  (value) => typeof value === "boolean",
);

/** `String`. */
export const text: RustType<string> = same(
  "String",
  "text",
  (value) => typeof value === "string",
);

/**
 * Bytes that serde sends as bytes (`serde_bytes`). A plain `Vec<u8>` is
 * `list(u8)`. A sender can also use an array of numbers, the format of bytes in
 * serde's JSON.
 */
export const bytes: RustType<Uint8Array | readonly number[], Uint8Array> =
  new RustType({
    name: "bytes",
    toWire: (value) => isByteArray(value) ? Uint8Array.from(value) : raw(value),
    fromWire: raw,
  });

/**
 * `serde_json::Value`: any JSON value. Values are sent without a conversion, so
 * a whole number is an integer and a date a text in Rust. Bytes, NaN and
 * infinities, which JSON does not have, are refused. A null of Rust is received
 * as `[]`; where you expect null, declare the type with {@linkcode option}.
 */
export const json: RustType<unknown> = new RustType({
  name: "Value",
  toWire: (value) => {
    if (value === undefined) throw mismatch(value, "JSON");
    checkJson(value, 0);
    return value;
  },
  // Rust reads the undefined of CBOR as null.
  fromWire: (value) => value === undefined ? null : value,
});

/** Nesting that the codec refuses. */
const MAX_DEPTH = 128;

/** Throws a `Mismatch` for bytes, and for numbers that JSON does not have. */
function checkJson(value: unknown, depth: number): void {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw mismatch(value, "JSON");
    return;
  }
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    throw mismatch(value, "JSON");
  }
  const isArray = Array.isArray(value);
  for (const [key, one] of Object.entries(value)) {
    try {
      checkJson(one, depth + 1);
    } catch (thrown) {
      throw mismatchIn(isArray ? Number(key) : key, thrown);
    }
  }
}

/** `char`: one character. It is sent as its code point. */
export const char: RustType<string> = new RustType({
  name: "char",
  toWire: (value) => codePoint(value),
  fromWire: character,
  toJson: character,
});

const EMPTY: readonly [] = Object.freeze([]) as unknown as readonly [];

/**
 * `()`, which serde sends as an empty array. A sender can omit it or use null.
 */
export const unit: RustType<readonly [] | null | undefined, readonly []> =
  new RustType({
    name: "()",
    omitted: EMPTY,
    toWire: (value) => value === null ? EMPTY : empty(value),
    fromWire: empty,
    toJson: (value) => {
      empty(value);
      return null;
    },
  });

function raw(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw mismatch(value, "a Uint8Array");
}

function isByteArray(value: unknown): value is number[] {
  return Array.isArray(value) &&
    value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
}

function same<T>(
  name: string,
  wanted: string,
  is: (value: unknown) => boolean,
): RustType<T> {
  const check = (value: unknown) => {
    if (is(value)) return value as T;
    throw mismatch(value, wanted);
  };
  return new RustType({ name, toWire: check, fromWire: check });
}

function character(value: unknown): string {
  const point = typeof value === "number" ? value : codePoint(value);
  if (
    Number.isInteger(point) && point >= 0 && point <= 0x10ffff &&
    (point < 0xd800 || point > 0xdfff)
  ) return String.fromCodePoint(point);
  throw mismatch(value, "a char");
}

function codePoint(value: unknown): number {
  const point = typeof value === "string" ? value.codePointAt(0) : undefined;
  if (
    point === undefined || point >= 0xd800 && point <= 0xdfff ||
    String.fromCodePoint(point) !== value
  ) {
    throw mismatch(value, "one character");
  }
  return point;
}

function empty(value: unknown): readonly [] {
  if (Array.isArray(value) && value.length === 0) return value as never;
  throw mismatch(value, "[]");
}
