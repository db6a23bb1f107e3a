import { Buffer } from "node:buffer";

/** Maximum size of the name of a header, in bytes. */
export const MAX_NAME = 255;

/** Size of the length field of a table, an array or a text, in bytes. */
const LENGTH = 4;
/** Largest size of a number or a time with its type, in bytes. */
const NUMBER = 9;

/**
 * Returns the largest size of an encoded table of headers, in bytes. A table
 * that amqplib cannot encode is infinite.
 */
export function tableSize(table: object): number {
  return Object.entries(table).reduce(
    (size, [name, value]) => size + headerSize(name, value),
    LENGTH,
  );
}

/** Returns the largest size of an encoded header, in bytes. */
export function headerSize(name: string, value: unknown): number {
  const length = Buffer.byteLength(name);
  return length > MAX_NAME ? Infinity : 1 + length + valueSize(value);
}

function valueSize(value: unknown): number {
  switch (typeof value) {
    case "string":
      return 1 + LENGTH + Buffer.byteLength(value);
    case "boolean":
      return 2;
    case "number":
      // amqplib encodes it as an integer of 64 bits, unless it is a fraction
      // or larger.
      return value >= -(2 ** 63) ? NUMBER : Infinity;
    case "object":
      return value === null ? 1 : objectSize(value);
    default:
      return Infinity;
  }
}

function objectSize(value: object): number {
  if (Array.isArray(value)) {
    return value.reduce((size, item) => size + valueSize(item), 1 + LENGTH);
  }
  if (Buffer.isBuffer(value)) return 1 + LENGTH + value.length;
  // amqplib reads this name as the type of the value, also in a table that
  // another client has sent.
  return Object.hasOwn(value, "!")
    ? typedSize(value as { "!": unknown; value?: unknown })
    : 1 + tableSize(value);
}

function typedSize({ "!": type, value }: { "!": unknown; value?: unknown }) {
  const isKnown = type === "timestamp"
    ? isWhole(value, 2 ** 64)
    : type === "decimal" && isDecimal(value);
  return isKnown ? NUMBER : Infinity;
}

function isDecimal(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { places, digits } = value as { places?: unknown; digits?: unknown };
  return isWhole(places, 2 ** 8) && isWhole(digits, 2 ** 32);
}

function isWhole(value: unknown, end: number): boolean {
  return Number.isInteger(value) && value as number >= 0 &&
    value as number < end;
}
