import { Fault, faultIn } from "./fault.ts";
import {
  ARRAY,
  BIGINT_TAG,
  DATE_TAG,
  FALSE,
  FLOAT32_TAG,
  FLOAT_TAG,
  IS_FLOAT32,
  MAP,
  MAP_TAG,
  MAX_DEPTH,
  NEGATIVE,
  NULL,
  SET_TAG,
  TAG,
  TRUE,
  UNSIGNED,
} from "./wire_format.ts";
import type { Writer } from "./writer.ts";

// The methods of the language: a value may override its own.
const hasOwn = Object.prototype.hasOwnProperty;
const { getTime, toISOString } = Date.prototype;
const { valueOf } = Number.prototype;
const TypedArray = Object.getPrototypeOf(Uint8Array);
const bufferOf = getterOf(TypedArray, "buffer");
const byteLengthOf = getterOf(TypedArray, "byteLength");
const byteOffsetOf = getterOf(TypedArray, "byteOffset");
const bufferOfView = getterOf(DataView, "buffer");
const byteLengthOfView = getterOf(DataView, "byteLength");
const byteOffsetOfView = getterOf(DataView, "byteOffset");
const byteLengthOfBuffer = getterOf(ArrayBuffer, "byteLength");
const isDetached = "detached" in ArrayBuffer.prototype
  ? getterOf(ArrayBuffer, "detached")
  : () => false;
const { forEach: forEachEntry } = Map.prototype;
const { forEach: forEachItem } = Set.prototype;

const MAX_BIGINT = 2n ** 64n - 1n;
/** Above the length of any array. */
const MAX_LENGTH = 2 ** 32;

/**
 * Writes a value at nesting level `depth`. Throws a {@linkcode Fault} if the
 * value has no form on the wire.
 */
export function writeValue(
  writer: Writer,
  value: unknown,
  depth: number,
): void {
  switch (typeof value) {
    case "string":
      return writer.text(value);
    case "number":
      return writeNumber(writer, value);
    case "boolean":
      return writer.simple(value ? TRUE : FALSE);
    case "bigint":
      return writeBigInt(writer, value);
    case "object":
      return value === null
        ? writer.simple(NULL)
        : writeObject(writer, value, depth);
    default:
      throw new Fault(
        `it is ${describeType(value)}, which has no form on the wire`,
      );
  }
}

/**
 * Writes an exact whole number as an integer, as Rust wants it, and any other
 * number as a float: JavaScript has no 1.0.
 */
function writeNumber(writer: Writer, value: number): void {
  // Of zeros, only -0 has a negative reciprocal.
  if (!Number.isSafeInteger(value) || (value === 0 && 1 / value < 0)) {
    writer.float(value);
  } else if (value >= 0) {
    writer.head(UNSIGNED, value);
  } else {
    writer.head(NEGATIVE, -1 - value);
  }
}

function writeBigInt(writer: Writer, value: bigint): void {
  if (writer.rich) writer.head(TAG, BIGINT_TAG);
  const argument = value < 0n ? -1n - value : value;
  if (argument > MAX_BIGINT) {
    throw new Fault("it is an integer of more than 64 bits");
  }
  const major = value < 0n ? NEGATIVE : UNSIGNED;
  if (argument > Number.MAX_SAFE_INTEGER) writer.head64(major, argument);
  else writer.head(major, Number(argument));
}

function writeObject(writer: Writer, value: object, depth: number): void {
  if (Array.isArray(value)) return writeArray(writer, value, depth);
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    writeMap(writer, value as Record<string, unknown>, depth);
  } else if (!writer.rich || !writeRich(writer, value, depth)) {
    writeInstance(writer, value);
  }
}

function writeArray(
  writer: Writer,
  array: readonly unknown[],
  depth: number,
): void {
  if (depth === MAX_DEPTH) throw tooDeep(array);
  const { length } = array;
  // A proxy returns any length.
  if (!(Number.isInteger(length) && length >= 0 && length < MAX_LENGTH)) {
    throw new Fault("it is an array without a valid length");
  }
  writer.head(ARRAY, length);
  let index = 0;
  try {
    for (; index < length; index++) {
      writeValue(writer, array[index], depth + 1);
    }
  } catch (thrown) {
    throw faultIn(array, index, thrown);
  }
}

function writeMap(
  writer: Writer,
  map: Record<string, unknown>,
  depth: number,
): void {
  if (depth === MAX_DEPTH) throw tooDeep(map);
  const head = writer.reserveHead();
  let size = 0;
  let key: string | undefined;
  try {
    // 20-30 % faster than Object.keys(), which makes an array.
    for (key in map) {
      if (!hasOwn.call(map, key)) continue;
      const value = map[key];
      if (value === undefined) continue;
      writer.text(key);
      writeValue(writer, value, depth + 1);
      size++;
    }
  } catch (thrown) {
    throw faultIn(map, key, thrown);
  }
  writer.fillHead(head, MAP, size);
}

/**
 * Writes a Date, Float, Map or Set with a tag, so that it keeps its class.
 * Returns false for any other value.
 */
function writeRich(
  writer: Writer,
  value: object,
  depth: number,
): boolean {
  if (value instanceof Date) {
    const time = getTime.call(value);
    if (Number.isNaN(time)) throw new Fault("it is an invalid Date");
    writer.head(TAG, DATE_TAG);
    writer.float(time);
  } else if (value instanceof Number) {
    writer.head(TAG, IS_FLOAT32 in value ? FLOAT32_TAG : FLOAT_TAG);
    writer.float(valueOf.call(value));
  } else if (value instanceof Map) {
    const items: unknown[] = [];
    forEachEntry.call(value, (item, key) => items.push(key, item));
    writeTaggedItems(writer, MAP_TAG, value, items, depth);
  } else if (value instanceof Set) {
    const items: unknown[] = [];
    forEachItem.call(value, (item) => items.push(item));
    writeTaggedItems(writer, SET_TAG, value, items, depth);
  } else {
    return false;
  }
  return true;
}

function writeTaggedItems(
  writer: Writer,
  tag: number,
  container: object,
  items: readonly unknown[],
  depth: number,
): void {
  if (depth === MAX_DEPTH) throw tooDeep(container);
  writer.head(TAG, tag);
  writer.head(ARRAY, items.length);
  let index = 0;
  try {
    for (; index < items.length; index++) {
      writeValue(writer, items[index], depth + 1);
    }
  } catch (thrown) {
    throw faultIn(container, index, thrown);
  }
}

/**
 * Writes bytes, a Date or a Number object. An instance of any other class is a
 * fault.
 */
function writeInstance(writer: Writer, value: object): void {
  if (ArrayBuffer.isView(value)) {
    return value instanceof DataView
      ? writeBytes(
        writer,
        bufferOfView(value),
        byteOffsetOfView(value),
        byteLengthOfView(value),
      )
      : writeBytes(
        writer,
        bufferOf(value),
        byteOffsetOf(value),
        byteLengthOf(value),
      );
  }
  if (value instanceof ArrayBuffer) {
    return writeBytes(writer, value, 0, byteLengthOfBuffer(value));
  }
  if (value instanceof Date) return writer.text(rfc3339(value));
  if (value instanceof Number) {
    const number = valueOf.call(value);
    return IS_FLOAT32 in value ? writer.float32(number) : writer.float(number);
  }
  throw new Fault(
    `it is ${describeClass(value)}; expected plain objects, arrays, text, ` +
      "numbers, booleans, null, bytes or a Date",
  );
}

function writeBytes(
  writer: Writer,
  buffer: ArrayBufferLike,
  offset: number,
  length: number,
): void {
  if (buffer instanceof ArrayBuffer && isDetached(buffer)) {
    throw new Fault("its bytes were transferred");
  }
  writer.bytes(new Uint8Array(buffer, offset, length));
}

/**
 * Returns a function that reads a property as the engine does: an object may
 * have defined its own.
 */
function getterOf(
  owner: { readonly prototype: object },
  name: string,
  // deno-lint-ignore no-explicit-any -- each property has its type
): (value: object) => any {
  const { get } = Object.getOwnPropertyDescriptor(owner.prototype, name)!;
  return (value) => get!.call(value);
}

function rfc3339(date: Date): string {
  let text: string;
  try {
    text = toISOString.call(date);
  } catch (cause) {
    throw new Fault("it is an invalid Date", { cause });
  }
  if (text.length === "2024-01-02T03:04:05.678Z".length) return text;
  throw new Fault("it is a Date outside the years 0 to 9999 of RFC 3339");
}

function describeClass(value: object): string {
  const { name } = (value as { constructor?: { name?: unknown } })
    .constructor ?? {};
  if (typeof name !== "string" || name === "" || name === "Object") {
    return "an object with another prototype";
  }
  return /^[AEIOU]/.test(name) ? `an ${name}` : `a ${name}`;
}

/**
 * Returns the fault of a value nested too deep; `deepest` is the innermost
 * array or object.
 */
function tooDeep(deepest: object): Fault {
  return new Fault(
    `it is more than ${MAX_DEPTH} arrays and objects deep`,
    { deepest },
  );
}

function describeType(value: unknown): string {
  return value === undefined ? "undefined" : `a ${typeof value}`;
}
