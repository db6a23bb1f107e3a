import { CaryatidError } from "@caryatid/sdk";
import { Buffer } from "node:buffer";
import { MOST_DEPTH } from "../limits.ts";
import type { Ignored } from "./ignored.ts";

/** The message lies in an object that says what is compared. */
const MOST = MOST_DEPTH + 1;

/**
 * A text that is the same for two values that count as the same, and for no others.
 *
 * The order of keys doesn't count, nor what the wire doesn't tell apart: 1, 1n and a `Float` of 1; a Date and its text; a key that
 * is `undefined` and none.
 *
 * @throws {CaryatidError} `RECORDING_DAMAGED` for what no recorder writes: arrays and objects too deep in each other
 */
export function canonical(
  value: unknown,
  ignored: Ignored,
  depth: number = 0,
): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return numberText(value);
    case "object":
      return value === null
        ? "null"
        : canonicalObject(value, ignored, depth + 1);
    default:
      return String(value);
  }
}

/** Whether it has parts that can be compared one by one. */
export function hasParts(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    !ArrayBuffer.isView(value) && !(value instanceof Date) &&
    !(value instanceof Number);
}

function canonicalObject(
  value: object,
  ignored: Ignored,
  depth: number,
): string {
  if (depth > MOST) throw tooDeepError();
  if (value instanceof Uint8Array) {
    const { buffer, byteOffset, byteLength } = value;
    const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
    return `b'${bytes.toString("base64")}'`;
  }
  if (value instanceof Date) return JSON.stringify(value);
  if (value instanceof Number) return numberText(Number(value));
  if (Array.isArray(value)) return canonicalArray(value, ignored, depth);
  const object = value as Record<string, unknown>;
  let text = "{";
  for (const key of Object.keys(object).sort()) {
    const below = ignored.at(key);
    if (below === undefined || object[key] === undefined) continue;
    text += `${JSON.stringify(key)}:${canonical(object[key], below, depth)},`;
  }
  return text + "}";
}

function canonicalArray(
  array: readonly unknown[],
  ignored: Ignored,
  depth: number,
): string {
  let text = "[";
  for (const [index, value] of array.entries()) {
    const below = ignored.at(index);
    // It keeps its place: else [1, 2] without the first were [2].
    text += below === undefined ? "," : `${canonical(value, below, depth)},`;
  }
  return text + "]";
}

/** As a bigint of the same value is written, which 1e21 and 1e+21 are not. */
function numberText(value: number): string {
  if (Number.isInteger(value) && !Object.is(value, -0)) {
    return String(BigInt(value));
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

function tooDeepError(): CaryatidError {
  return new CaryatidError(
    "RECORDING_DAMAGED",
    "Cannot compare a message: found more than " +
      `${MOST_DEPTH} arrays and objects in each other`,
  );
}
