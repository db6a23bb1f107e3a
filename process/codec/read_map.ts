import { decodeFailed } from "./decode_failed.ts";
import { isHere, type Key, readKey } from "./read_key.ts";
import { readValue } from "./read_value.ts";
import type { Reader } from "./reader.ts";

type PlainObject = Record<string, unknown>;

/** What a map takes in memory, and what more if it has keys that no map had before, measured. */
const MEMORY = 72;
const NEW_KEYS_MEMORY = 300;

/** The last index of an array. */
const LAST_INDEX = 2 ** 32 - 2;

const SLOTS = 256;
const MOST_KEYS = 64;

/** The simple keys that a map began with, all different, by {@linkcode slotOf}. */
const shapes: (readonly Key[])[] = new Array(SLOTS).fill([]);

const hasOwn = Object.prototype.hasOwnProperty;

/**
 * Reads the `pairs` of a map whose values are `depth` deep.
 *
 * Messages of one kind have the same keys in the same order. So the keys of the last map of its kind are looked for first: they
 * need not be made, nor compared with each other, which is a tenth of the time.
 */
export function readPairs(
  reader: Reader,
  pairs: number,
  depth: number,
): PlainObject {
  reader.spend(MEMORY);
  const map: PlainObject = {};
  const slot = slotOf(reader, pairs);
  const shape = shapes[slot]!;
  const most = Math.min(shape.length, pairs);
  let i = 0;
  for (; i < most; i++) {
    const key = shape[i]!;
    if (!isHere(reader, key)) break;
    set(map, key, readValue(reader, depth));
  }
  if (i === pairs) return map;
  reader.spend(NEW_KEYS_MEMORY);
  const keys = shape.slice(0, i);
  for (; i < pairs; i++) {
    const key = readPair(reader, map, depth);
    if (key.simple && keys.length === i && i < MOST_KEYS) keys.push(key);
  }
  shapes[slot] = keys;
  return map;
}

/** Reads the pairs of a map of unknown size. */
export function readPairsToBreak(reader: Reader, depth: number): PlainObject {
  reader.spend(MEMORY + NEW_KEYS_MEMORY);
  const map: PlainObject = {};
  while (!reader.ends()) readPair(reader, map, depth);
  return map;
}

function readPair(reader: Reader, map: PlainObject, depth: number): Key {
  const { at } = reader;
  const key = readKey(reader);
  if (hasOwn.call(map, key.text)) {
    throw decodeFailed(at, "a key for the second time");
  }
  set(map, key, readValue(reader, depth));
  return key;
}

function set(map: PlainObject, { text, kind }: Key, value: unknown): void {
  if (kind === "inherited") return define(map, text, value);
  if (kind === "index") makeSparse(map);
  map[text] = value;
}

/** As an object literal would have it: setting `__proto__` changes the prototype instead. */
function define(map: PlainObject, key: string, value: unknown): void {
  Object.defineProperty(map, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** V8 makes room for 1,550 items when a new object gets "999": 12 KB and 10 µs. Not once it has had a far larger index. */
function makeSparse(map: PlainObject): void {
  if (hasOwn.call(map, LAST_INDEX)) return;
  map[LAST_INDEX] = undefined;
  delete map[LAST_INDEX];
}

/** By the number of pairs and what the first key begins with. */
function slotOf({ bytes, at, left }: Reader, pairs: number): number {
  if (left < 4) return pairs % SLOTS;
  const start = bytes[at + 1]! * 31 + bytes[at + 2]! * 17 + bytes[at + 3]!;
  return (start + pairs * 7) % SLOTS;
}
