import { escape } from "./json_escapes.ts";

/** Matches texts that may contain a number that JavaScript rounds. */
const MANY_DIGITS = /\d{16}/;

/**
 * Encodes a message as Rust's serde_json does: compact; bytes become arrays of
 * numbers, a bigint an integer, a date text. Floats are written with the digits
 * of Rust, a `Float` with a decimal point; NaN and infinities become null.
 *
 * @throws {CaryatidError} `NOT_ENCODABLE`
 */
export function toRustJson(message: unknown): string {
  escape(message); // refuses the same values, with their path
  return write(message);
}

/**
 * Parses JSON. Integers that a number cannot hold become bigints. Throws the
 * errors of JSON.parse.
 */
export function fromRustJson(text: string): unknown {
  if (!MANY_DIGITS.test(text)) return JSON.parse(text);
  // TypeScript does not know the third argument, the source text, yet.
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
      return Number.isInteger(value) && !Object.is(value, -0)
        ? JSON.stringify(value)
        : floatOf(value, F64);
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
  if (value instanceof Number) {
    return floatOf(Number(value), FLOAT32 in value ? F32 : F64);
  }
  if (value instanceof Date) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  const pairs = entries.map(([key, one]) =>
    `${JSON.stringify(key)}:${write(one)}`
  );
  return `{${pairs.join(",")}}`;
}

/** Symbol of numbers of 32 bits, as `f32` of the SDK makes them. */
const FLOAT32: unique symbol = Symbol.for("caryatid.float32");

/** Format of floats of one width in Rust. */
interface FloatFormat {
  /** Least exponent of numbers without one. */
  readonly least: number;
  /** Greatest exponent of numbers without one. */
  readonly most: number;
  /** Returns the fewest digits that are read as this number, as in `1.5e+7`. */
  readonly digitsOf: (value: number) => string;
}

const F64: FloatFormat = {
  least: -5,
  most: 15,
  digitsOf: (value) => value.toExponential(),
};

const F32: FloatFormat = {
  least: -6,
  most: 12,
  digitsOf(value) {
    const short = Math.fround(value);
    for (let digits = 0; digits < 8; digits++) {
      const text = short.toExponential(digits);
      if (Math.fround(Number(text)) === short) return text;
    }
    return short.toExponential(8);
  },
};

/** Writes a float as serde_json does. */
function floatOf(value: number, format: FloatFormat): string {
  if (!Number.isFinite(value)) return "null";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const text = format.digitsOf(Math.abs(value));
  const exponent = Number(text.slice(text.indexOf("e") + 1));
  if (exponent < format.least || exponent > format.most) return sign + text;
  const digits = text.slice(0, text.indexOf("e")).replace(".", "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}
