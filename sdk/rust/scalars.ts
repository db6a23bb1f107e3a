import { mismatch } from "./mismatch.ts";
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
 * Bytes that serde knows as such (`serde_bytes`); a plain `Vec<u8>` is `list(u8)`. May be given as an array of numbers, which is
 * what serde's JSON has for them.
 */
export const bytes: RustType<Uint8Array | readonly number[], Uint8Array> =
  new RustType({
    name: "bytes",
    toWire: (value) => isByteArray(value) ? Uint8Array.from(value) : raw(value),
    fromWire: raw,
  });

/**
 * `serde_json::Value`: whatever JSON can say. A number that is whole is an integer there, as in all that has no type; so it gets
 * nothing that this side has not: bytes and dates are refused by Rust, or read as text.
 */
export const json: RustType<unknown> = same("Value", "JSON", () => true);

/** `char`: one character. Serde sends its number. */
export const char: RustType<string> = new RustType({
  name: "char",
  toWire: (value) => codePoint(value),
  fromWire: (value) => {
    const point = typeof value === "number" ? value : codePoint(value);
    if (
      Number.isInteger(point) && point >= 0 && point <= 0x10ffff &&
      (point < 0xd800 || point > 0xdfff)
    ) return String.fromCodePoint(point);
    throw mismatch(value, "a char");
  },
});

const EMPTY: readonly [] = Object.freeze([]) as unknown as readonly [];

/** `()`, which serde sends as an empty array. May be omitted, or null, where it is given. */
export const unit: RustType<readonly [] | null | undefined, readonly []> =
  new RustType({
    name: "()",
    omitted: EMPTY,
    toWire: (value) => value === null ? EMPTY : empty(value),
    fromWire: empty,
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

function codePoint(value: unknown): number {
  const point = typeof value === "string" ? value.codePointAt(0) : undefined;
  if (point === undefined || String.fromCodePoint(point) !== value) {
    throw mismatch(value, "one character");
  }
  return point;
}

function empty(value: unknown): readonly [] {
  if (Array.isArray(value) && value.length === 0) return value as never;
  throw mismatch(value, "[]");
}
