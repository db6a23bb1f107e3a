import { CaryatidError } from "@caryatid/sdk";
import { Buffer } from "node:buffer";
import { define, numberText } from "./json_parts.ts";
import { MOST_DEPTH } from "./limits.ts";

// Not those of the value: it may have its own, which give anything.
const { toISOString } = Date.prototype;
const { valueOf } = Number.prototype;
const hasOwn = Object.prototype.hasOwnProperty;

/** Why a value has no form in a recording. It learns the path on its way out, so that good messages pay nothing for one. */
class Fault {
  readonly reason: string;
  readonly cause: unknown;
  readonly path: string[] = [];

  constructor(reason: string, cause?: unknown) {
    this.reason = reason;
    this.cause = cause;
  }
}

/**
 * A value as JSON can say it, and `revive` reads it back: the very same where plain JSON does.
 *
 * What JSON lacks becomes an object with one key: `$bytes` (base64), `$bigint`, `$number` (`NaN`, `Infinity`, `-Infinity`, `-0`),
 * `$float` (a `Number` object), `$date`. An object of one's own with a single key that begins with `$` is wrapped in `$object`.
 * What is refused is what the codec refuses too.
 *
 * @throws {CaryatidError} `NOT_ENCODABLE` with the path of what has no form
 */
export function escape(message: unknown): unknown {
  try {
    return escaped(message, 0);
  } catch (thrown) {
    throw notEncodable(asFault(thrown));
  }
}

function escaped(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return isPlainNumber(value) ? value : { $number: numberText(value) };
    case "bigint":
      return { $bigint: String(value) };
    case "object":
      if (value === null) return null;
      if (Array.isArray(value)) return escapedArray(value, depth);
      return isPlainObject(value)
        ? escapedObject(value, depth)
        : escapedInstance(value);
    default:
      throw new Fault(
        `it is ${value === undefined ? "undefined" : `a ${typeof value}`}, ` +
          "which has no form in a recording",
      );
  }
}

function escapedArray(array: readonly unknown[], depth: number): unknown {
  if (depth === MOST_DEPTH) throw tooDeep();
  let copy: unknown[] | undefined;
  let index = 0;
  try {
    for (; index < array.length; index++) {
      const value = array[index];
      const other = escaped(value, depth + 1);
      if (other !== value) (copy ??= [...array])[index] = other;
    }
  } catch (thrown) {
    throw faultAt(`[${index}]`, thrown);
  }
  return copy ?? array;
}

function escapedObject(object: Record<string, unknown>, depth: number) {
  if (depth === MOST_DEPTH) throw tooDeep();
  let copy: Record<string, unknown> | undefined;
  let size = 0;
  let only: string | undefined;
  let key: string | undefined;
  try {
    for (key in object) {
      if (!hasOwn.call(object, key)) continue;
      const value = object[key];
      if (value === undefined) continue; // left out, as on the wire
      size++;
      only = key;
      const other = escaped(value, depth + 1);
      if (other === value) continue;
      copy ??= ownCopy(object);
      define(copy, key, other);
    }
  } catch (thrown) {
    throw faultAt(shownKey(key!), thrown);
  }
  const safe = copy ?? object;
  return size === 1 && only!.startsWith("$") ? { $object: safe } : safe;
}

function escapedInstance(value: object): unknown {
  if (value instanceof Uint8Array) return { $bytes: base64(value) };
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return { $bytes: base64(new Uint8Array(buffer, byteOffset, byteLength)) };
  }
  if (value instanceof ArrayBuffer) {
    return { $bytes: base64(new Uint8Array(value)) };
  }
  if (value instanceof Number) {
    return { $float: numberText(valueOf.call(value)) };
  }
  if (!(value instanceof Date)) {
    throw new Fault(
      "it is an instance of a class, wanted plain objects, arrays, text, " +
        "numbers, booleans, null, bytes or a Date",
    );
  }
  try {
    return { $date: toISOString.call(value) };
  } catch (cause) {
    throw new Fault("it is an invalid Date", cause);
  }
}

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Of zeros, only -0 has a negative reciprocal. */
function isPlainNumber(value: number): boolean {
  return Number.isFinite(value) && (value !== 0 || 1 / value > 0);
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
    .toString("base64");
}

function ownCopy(object: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(object)) define(copy, key, object[key]);
  return copy;
}

function tooDeep(): Fault {
  return new Fault(`it is more than ${MOST_DEPTH} arrays and objects deep`);
}

function faultAt(step: string, thrown: unknown): Fault {
  const fault = asFault(thrown);
  fault.path.push(step);
  return fault;
}

/** A fault as it is; anything else, which a getter or proxy threw, becomes the cause of one. */
function asFault(thrown: unknown): Fault {
  return thrown instanceof Fault
    ? thrown
    : new Fault("reading it threw an error", thrown);
}

function shownKey(key: string): string {
  if (/^[A-Za-z_$][\w$]{0,39}$/.test(key)) return `.${key}`;
  return `[${JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key)}]`;
}

function notEncodable({ reason, cause, path }: Fault): CaryatidError {
  const steps = path.length <= 12
    ? path.toReversed()
    : [...path.slice(-6).reverse(), " … ", ...path.slice(0, 6).reverse()];
  return new CaryatidError(
    "NOT_ENCODABLE",
    `Cannot record "message${steps.join("")}": ${reason}`,
    cause === undefined ? {} : { cause },
  );
}
