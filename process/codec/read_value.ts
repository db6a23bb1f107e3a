import { decodeFailed } from "./decode_failed.ts";
import { infoOf } from "./items.ts";
import { MOST_DEPTH } from "./limits.ts";
import { readBytes } from "./read_bytes.ts";
import { readPairs, readPairsToBreak } from "./read_map.ts";
import { readText } from "./read_text.ts";
import type { Reader } from "./reader.ts";
import { readRich } from "./read_rich.ts";

// The switches' own constants: imported ones are loaded each time, which made decoding 10 % slower.
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

/** What an array takes in memory besides its items, measured. */
const ARRAY_MEMORY = 64;
/** The first item of an array without room makes room for as many. */
const MOST_ROOM = 17;

/** Reads one item that is `depth` arrays and maps deep. */
export function readValue(reader: Reader, depth: number): unknown {
  const initial = reader.initial();
  const info = infoOf(initial);
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
      throw decodeFailed(reader.at - 1, "a tag, wanted plain data");
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
      return reader.float(infoOf(initial));
    default:
      throw decodeFailed(
        reader.at - 1,
        "a break or a simple value, wanted plain data",
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
  // A larger one is not made with its length: an array in an array, 128 times, could each announce all the bytes to come.
  const array: unknown[] = length > 0 && length <= MOST_ROOM
    ? new Array(length)
    : [];
  for (let i = 0; i < length; i++) array[i] = readValue(reader, depth);
  return array;
}

function readItemsToBreak(reader: Reader, depth: number): unknown[] {
  reader.spend(MOST_ROOM * 8);
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

function checkDepth(reader: Reader, depth: number): void {
  if (depth < MOST_DEPTH) return;
  throw decodeFailed(
    reader.at - 1,
    `more than ${MOST_DEPTH} arrays and maps in each other`,
  );
}

/** An item has a byte at least. So what is too short is known before the work is done. */
function checkRoom(reader: Reader, items: number): void {
  if (items <= reader.left) return;
  throw decodeFailed(reader.at, `only ${reader.left} bytes for ${items} items`);
}
