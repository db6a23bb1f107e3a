import { Float } from "@caryatid/process/codec";
import { CaryatidError } from "@caryatid/sdk";
import { Buffer } from "node:buffer";
import { damagedEntry, MAX_DEPTH } from "./entry.ts";

// The methods of the language: a value may override its own.
const { toISOString } = Date.prototype;
const { valueOf } = Number.prototype;
const hasOwn = Object.prototype.hasOwnProperty;

/**
 * Reason why a value cannot be recorded. Each caller adds its step of the path,
 * so valid messages pay nothing for a path.
 */
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
 * Returns a value that JSON can represent, from which `revive` restores the
 * message: the message itself if JSON represents it.
 *
 * A value that JSON lacks becomes an object with one key: `$bytes` (base64),
 * `$bigint`, `$number` (`NaN`, `Infinity`, `-Infinity`, `-0`), `$float` (a
 * `Number` object) or `$date`. An object in the message with a single key that
 * begins with `$` is wrapped in `$object`. Values that the codec refuses for
 * their class or depth are refused here, too.
 *
 * @throws {CaryatidError} `NOT_ENCODABLE` with the path of the value that
 * cannot be recorded
 */
export function escape(message: unknown): unknown {
  try {
    return escapeValue(message, 0);
  } catch (thrown) {
    throw notEncodable(asFault(thrown));
  }
}

/**
 * Restores a message from the output of `escape`, in place. Throws for escapes
 * that `escape` does not write.
 */
export function revive(value: unknown): unknown {
  return reviveValue(value, 0);
}

function escapeValue(value: unknown, depth: number): unknown {
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
      if (Array.isArray(value)) return escapeArray(value, depth);
      return isPlainObject(value)
        ? escapeObject(value, depth)
        : escapeInstance(value);
    default:
      throw new Fault(
        `it is ${value === undefined ? "undefined" : `a ${typeof value}`}, ` +
          "which has no form in a recording",
      );
  }
}

function escapeArray(array: readonly unknown[], depth: number): unknown {
  if (depth === MAX_DEPTH) throw tooDeep();
  let copy: unknown[] | undefined;
  let index = 0;
  try {
    for (; index < array.length; index++) {
      const value = array[index];
      const other = escapeValue(value, depth + 1);
      if (other !== value) (copy ??= [...array])[index] = other;
    }
  } catch (thrown) {
    throw faultAt(`[${index}]`, thrown);
  }
  return copy ?? array;
}

function escapeObject(object: Record<string, unknown>, depth: number) {
  if (depth === MAX_DEPTH) throw tooDeep();
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
      const other = escapeValue(value, depth + 1);
      if (other === value) continue;
      copy ??= ownCopy(object);
      define(copy, key, other);
    }
  } catch (thrown) {
    throw faultAt(formatKey(key!), thrown);
  }
  const safe = copy ?? object;
  return size === 1 && only!.startsWith("$") ? { $object: safe } : safe;
}

function escapeInstance(value: object): unknown {
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
      "it is an instance of a class; expected plain objects, arrays, text, " +
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

/**
 * Returns false for NaN, infinities and -0, the only zero with a negative
 * reciprocal.
 */
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
  return new Fault(`it is more than ${MAX_DEPTH} arrays and objects deep`);
}

function faultAt(step: string, thrown: unknown): Fault {
  const fault = asFault(thrown);
  fault.path.push(step);
  return fault;
}

/**
 * Returns a fault unchanged; another thrown value, of a getter or proxy,
 * becomes the cause of a fault.
 */
function asFault(thrown: unknown): Fault {
  return thrown instanceof Fault
    ? thrown
    : new Fault("reading it threw an error", thrown);
}

function formatKey(key: string): string {
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

function reviveValue(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  // Escapes add up to three levels.
  if (depth > 2 * MAX_DEPTH) {
    throw damagedEntry("it is nested too deep");
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      value[i] = reviveValue(value[i], depth + 1);
    }
    return value;
  }
  const object = value as Record<string, unknown>;
  const keys = Object.keys(object);
  const [only] = keys;
  if (keys.length === 1 && only!.startsWith("$")) {
    return reviveEscape(only!, object[only!], depth);
  }
  return reviveObject(object, keys, depth);
}

function reviveObject(
  object: Record<string, unknown>,
  keys: readonly string[],
  depth: number,
) {
  for (const key of keys) {
    const value = object[key];
    if (typeof value !== "object" || value === null) continue;
    const other = reviveValue(value, depth + 1);
    if (other !== value) define(object, key, other);
  }
  return object;
}

function reviveEscape(key: string, value: unknown, depth: number): unknown {
  if (key === "$object" && typeof value === "object" && value !== null) {
    const object = value as Record<string, unknown>;
    return reviveObject(object, Object.keys(object), depth + 1);
  }
  if (typeof value === "string") {
    switch (key) {
      case "$bytes":
        return fromBase64(value);
      case "$bigint":
        return BigInt(value);
      case "$number":
        return fromNumberText(value);
      case "$float":
        return new Float(fromNumberText(value));
      case "$date":
        return fromDateText(value);
    }
  }
  throw damagedEntry(
    `found the escape ${key} with a value that no recorder writes`,
  );
}

function fromNumberText(text: string): number {
  const value = Number(text);
  if (numberText(value) !== text) {
    throw damagedEntry(`found the number ${text}`);
  }
  return value;
}

function fromDateText(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) {
    throw damagedEntry(`found the date ${text}`);
  }
  return date;
}

function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  // Buffer accepts invalid base64.
  if (bytes.toString("base64") !== text) {
    throw damagedEntry("found invalid base64");
  }
  return new Uint8Array(bytes);
}

/**
 * Formats a number so that `Number` restores it: String drops the sign of -0.
 */
function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Defines a property, also for the key `__proto__`. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}
