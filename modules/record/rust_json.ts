import { escape } from "./escape.ts";

/** A number that the engine would round. */
const MANY_DIGITS = /\d{16}/;

/**
 * A message as Rust's serde_json writes it: compact; bytes are arrays of numbers, a bigint is an integer, a `Float` keeps its
 * point, what is no number is null, a date is text.
 *
 * @throws {CaryatidError} `NOT_ENCODABLE`
 */
export function toRustJson(message: unknown): string {
  escape(message); // what it refuses is refused here as well, with its path
  return write(message);
}

/** Reads JSON; integers that a number can't hold become bigints. Throws what JSON.parse throws. */
export function fromRustJson(text: string): unknown {
  if (!MANY_DIGITS.test(text)) return JSON.parse(text);
  // The third argument, the text of a number, is younger than TypeScript's own types.
  const exact = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && !Number.isSafeInteger(value) &&
      /^-?\d+$/.test(context?.source ?? "")
      ? BigInt(context!.source!)
      : value;
  return JSON.parse(text, exact);
}

function write(value: unknown): string {
  switch (typeof value) {
    case "bigint":
      return String(value);
    case "object":
      return value === null ? "null" : writeObject(value);
    case "number":
      // JSON.stringify drops the sign of -0.
      return Object.is(value, -0) ? "-0.0" : JSON.stringify(value);
    default:
      return JSON.stringify(value);
  }
}

function writeObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (value instanceof ArrayBuffer) return write([...new Uint8Array(value)]);
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return write([...new Uint8Array(buffer, byteOffset, byteLength)]);
  }
  if (value instanceof Number) return writeFloat(Number(value));
  if (value instanceof Date) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  const pairs = entries.map(([key, one]) =>
    `${JSON.stringify(key)}:${write(one)}`
  );
  return `{${pairs.join(",")}}`;
}

function writeFloat(value: number): string {
  if (!Number.isFinite(value)) return "null";
  return Number.isInteger(value) && Math.abs(value) < 1e16 &&
      !Object.is(value, -0)
    ? value.toFixed(1)
    : write(value);
}
