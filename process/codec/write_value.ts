import { Fault, faultIn } from "./fault.ts";
import {
  ARRAY,
  FALSE,
  MAP,
  NEGATIVE,
  NULL,
  TAG,
  TRUE,
  UNSIGNED,
} from "./items.ts";
import { MOST_DEPTH } from "./limits.ts";
import { writeInstance } from "./write_instance.ts";
import { BIGINT } from "./rich_tags.ts";
import { writeRich } from "./write_rich.ts";
import type { Writer } from "./writer.ts";

const MOST_BIGINT = 2n ** 64n - 1n;
const hasOwn = Object.prototype.hasOwnProperty;

/** Writes any value that is `depth` arrays and objects deep. Throws a {@linkcode Fault} if it has no form on the wire. */
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
      throw new Fault(`it is ${named(value)}, which has no form on the wire`);
  }
}

/** JavaScript can't tell 1 from 1.0: what is whole and exact is an integer, as Rust wants it; all else is a float. */
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
  if (writer.rich) writer.head(TAG, BIGINT);
  const argument = value < 0n ? -1n - value : value;
  if (argument > MOST_BIGINT) {
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
  if (depth === MOST_DEPTH) throw tooDeep(array);
  const { length } = array;
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
  if (depth === MOST_DEPTH) throw tooDeep(map);
  const head = writer.leaveHead();
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

/** What holds more than may be held in each other. */
export function tooDeep(deepest: object): Fault {
  return new Fault(
    `it is more than ${MOST_DEPTH} arrays and objects deep`,
    { deepest },
  );
}

function named(value: unknown): string {
  return value === undefined ? "undefined" : `a ${typeof value}`;
}
