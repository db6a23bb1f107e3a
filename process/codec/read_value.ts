import { Float } from "@caryatid/sdk";
import { type Key, readKey, skipKey } from "./read_key.ts";
import { readBytes, readText } from "./read_strings.ts";
import { decodeError, type Reader } from "./reader.ts";
import * as wire from "./wire_format.ts";

type PlainObject = Record<string, unknown>;

// Constants of the switches below: imported ones are loaded each time, which
// made decoding 10 % slower.
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const UNDEFINED = 0xf7;
const FLOAT16 = 0xf9;
const FLOAT32 = 0xfa;
const FLOAT64 = 0xfb;
const INDEFINITE = 31;

/** Memory of an array in addition to its items, measured. */
const ARRAY_MEMORY = 64;
/** V8 reserves this many elements when an empty array gets its first item. */
const FIRST_CAPACITY = 17;
/**
 * Memory of a map, and its additional memory if no earlier map had the same
 * keys, measured.
 */
const MAP_MEMORY = 72;
const NEW_KEYS_MEMORY = 300;
/**
 * Memory of each item of a Map or Set in addition to its value, measured
 * generously.
 */
const ITEM_MEMORY = 48;

/** The last index of an array. */
const LAST_INDEX = 2 ** 32 - 2;

const SHAPES = 256;
const MAX_SHAPE_KEYS = 64;
/**
 * The leading simple keys of recent maps, all different, by
 * {@linkcode shapeSlot}.
 */
const shapes: (readonly Key[])[] = new Array(SHAPES).fill([]);

const hasOwn = Object.prototype.hasOwnProperty;

/** Reads one item at nesting level `depth`. */
export function readValue(reader: Reader, depth: number): unknown {
  const initial = reader.initial();
  const info = wire.infoOf(initial);
  switch (initial >> 5) {
    case UNSIGNED:
      return reader.integer(info);
    case NEGATIVE:
      return negative(reader.integer(info));
    case BYTES:
      return readBytes(reader, info);
    case TEXT:
      return readText(reader, info);
    case ARRAY:
      return readArray(reader, info, depth);
    case MAP:
      return readMap(reader, info, depth);
    case TAG:
      if (reader.rich) return readRich(reader, info, depth);
      throw decodeError(reader.at - 1, "a tag; expected plain data");
    default:
      return readSimple(reader, initial);
  }
}

function negative(argument: number | bigint): number | bigint {
  return typeof argument === "number" && argument < Number.MAX_SAFE_INTEGER
    ? -1 - argument
    : -1n - BigInt(argument);
}

function readSimple(reader: Reader, initial: number): unknown {
  switch (initial) {
    case FALSE:
      return false;
    case TRUE:
      return true;
    case NULL:
      return null;
    case UNDEFINED:
      return undefined;
    case FLOAT16:
    case FLOAT32:
    case FLOAT64:
      return reader.float(wire.infoOf(initial));
    default:
      throw decodeError(
        reader.at - 1,
        "a break or a simple value; expected plain data",
      );
  }
}

function readArray(reader: Reader, info: number, depth: number): unknown[] {
  checkDepth(reader, depth);
  reader.spend(ARRAY_MEMORY);
  if (info === INDEFINITE) return readItemsToBreak(reader, depth + 1);
  const length = reader.size(info);
  checkRoom(reader, length);
  return readItems(reader, length, depth + 1);
}

function readItems(reader: Reader, length: number, depth: number): unknown[] {
  // A larger array is not created with its length: 128 nested arrays could each
  // announce all remaining bytes.
  const array: unknown[] = length > 0 && length <= FIRST_CAPACITY
    ? new Array(length)
    : [];
  for (let i = 0; i < length; i++) array[i] = readValue(reader, depth);
  return array;
}

function readItemsToBreak(reader: Reader, depth: number): unknown[] {
  reader.spend(FIRST_CAPACITY * 8);
  const array: unknown[] = [];
  while (!reader.ends()) array.push(readValue(reader, depth));
  return array;
}

function readMap(reader: Reader, info: number, depth: number): unknown {
  checkDepth(reader, depth);
  if (info === INDEFINITE) return readPairsToBreak(reader, depth + 1);
  const pairs = reader.size(info);
  checkRoom(reader, 2 * pairs);
  return readPairs(reader, pairs, depth + 1);
}

/**
 * Reads the pairs of a map whose values are at level `depth`.
 *
 * Messages of one kind have the same keys in the same order. So the keys of the
 * last map of that kind are tried first: they need not be created, nor compared
 * with each other, which saves a tenth of the time.
 */
function readPairs(
  reader: Reader,
  pairs: number,
  depth: number,
): PlainObject {
  reader.spend(MAP_MEMORY);
  const map: PlainObject = {};
  const slot = shapeSlot(reader, pairs);
  const shape = shapes[slot]!;
  const most = Math.min(shape.length, pairs);
  let i = 0;
  for (; i < most; i++) {
    const key = shape[i]!;
    if (!skipKey(reader, key)) break;
    set(map, key, readValue(reader, depth));
  }
  if (i === pairs) return map;
  reader.spend(NEW_KEYS_MEMORY);
  const keys = shape.slice(0, i);
  for (; i < pairs; i++) {
    const key = readPair(reader, map, depth);
    if (key.simple && keys.length === i && i < MAX_SHAPE_KEYS) keys.push(key);
  }
  shapes[slot] = keys;
  return map;
}

/** Reads the pairs of a map of indefinite length. */
function readPairsToBreak(reader: Reader, depth: number): PlainObject {
  reader.spend(MAP_MEMORY + NEW_KEYS_MEMORY);
  const map: PlainObject = {};
  while (!reader.ends()) readPair(reader, map, depth);
  return map;
}

function readPair(reader: Reader, map: PlainObject, depth: number): Key {
  const { at } = reader;
  const key = readKey(reader);
  if (hasOwn.call(map, key.text)) {
    throw decodeError(at, "a key for the second time");
  }
  set(map, key, readValue(reader, depth));
  return key;
}

function set(map: PlainObject, { text, kind }: Key, value: unknown): void {
  if (kind === "inherited") return define(map, text, value);
  if (kind === "index") makeSparse(map);
  map[text] = value;
}

/**
 * Defines a key as an object literal does: assigning to `__proto__` would
 * change the prototype instead.
 */
function define(map: PlainObject, key: string, value: unknown): void {
  Object.defineProperty(map, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/**
 * V8 reserves 1,550 elements (12 KB, 10 µs) when a new object gets the key
 * "999", unless it had a far larger index before.
 */
function makeSparse(map: PlainObject): void {
  if (hasOwn.call(map, LAST_INDEX)) return;
  map[LAST_INDEX] = undefined;
  delete map[LAST_INDEX];
}

/**
 * Returns the slot for a map of `pairs` pairs, by their number and the start of
 * the first key.
 */
function shapeSlot({ bytes, at, left }: Reader, pairs: number): number {
  if (left < 4) return pairs % SHAPES;
  const start = bytes[at + 1]! * 31 + bytes[at + 2]! * 17 + bytes[at + 3]!;
  return (start + pairs * 7) % SHAPES;
}

function checkDepth(reader: Reader, depth: number): void {
  if (depth < wire.MAX_DEPTH) return;
  throw decodeError(
    reader.at - 1,
    `more than ${wire.MAX_DEPTH} arrays and maps in each other`,
  );
}

/**
 * Refuses a size that the remaining bytes cannot hold: each item has at least
 * one byte.
 */
function checkRoom(reader: Reader, items: number): void {
  if (items <= reader.left) return;
  throw decodeError(reader.at, `only ${reader.left} bytes for ${items} items`);
}
/**
 * Reads a tagged value after its first byte: a value that only JavaScript has.
 * The sender is not trusted.
 */
function readRich(
  reader: Reader,
  info: number,
  depth: number,
): unknown {
  const { at } = reader;
  const tag = reader.size(info);
  switch (tag) {
    case wire.DATE_TAG:
      return new Date(readNumber(reader, depth));
    case wire.FLOAT_TAG:
      return new Float(readNumber(reader, depth));
    case wire.FLOAT32_TAG:
      return Object.assign(new Float(readNumber(reader, depth)), {
        [wire.IS_FLOAT32]: true,
      });
    case wire.BIGINT_TAG:
      return readBigInt(reader, depth);
    case wire.MAP_TAG:
      return new Map(pairsOf(reader, readTaggedItems(reader, depth)));
    case wire.SET_TAG:
      return new Set(readTaggedItems(reader, depth));
    default:
      throw decodeError(at - 1, `the tag ${tag}; expected one of this bridge`);
  }
}

function readNumber(reader: Reader, depth: number): number {
  const { at } = reader;
  const value = readValue(reader, depth);
  if (typeof value === "number") return value;
  throw decodeError(at, `a tagged ${typeof value}; expected a number`);
}

function readBigInt(reader: Reader, depth: number): bigint {
  const { at } = reader;
  const value = readValue(reader, depth);
  if (typeof value === "bigint") return value;
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  throw decodeError(at, `a tagged ${typeof value}; expected an integer`);
}

function readTaggedItems(reader: Reader, depth: number): unknown[] {
  const { at } = reader;
  const value = readValue(reader, depth);
  if (!Array.isArray(value)) {
    throw decodeError(at, `a tagged ${typeof value}; expected an array`);
  }
  reader.spend(ITEM_MEMORY * value.length);
  return value;
}

function pairsOf(reader: Reader, items: unknown[]): [unknown, unknown][] {
  if (items.length % 2 === 1) {
    throw decodeError(reader.at, "a key without a value");
  }
  return Array.from(
    { length: items.length / 2 },
    (_, i) => [items[2 * i], items[2 * i + 1]],
  );
}
