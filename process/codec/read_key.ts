import { decodeFailed } from "./decode_failed.ts";
import { infoOf, majorType, TEXT } from "./items.ts";
import type { Reader } from "./reader.ts";
import { readText } from "./read_text.ts";

/** A key of a map. */
export interface Key {
  readonly text: string;
  /** Inherited: the prototype of an object has it too (`__proto__`, `constructor`). Index: it could be one of an array. */
  readonly kind: "inherited" | "index" | "plain";
  /** Whether it is ASCII with a head of one byte, so that {@linkcode isHere} may look for it. */
  readonly simple: boolean;
}

const MOST_SIMPLE = 23;
/** A power of two. Keys of equal slot take each other's place: a sender of ever new keys gets no memory. */
const SLOTS = 2048;

const known: (Key | undefined)[] = new Array(SLOTS).fill(undefined);

/** Reads a key. One that was there before is compared and not made again: the engine knows its hash, and has no copies of it. */
export function readKey(reader: Reader): Key {
  const { at } = reader;
  const initial = reader.initial();
  if (majorType(initial) !== TEXT) {
    throw decodeFailed(at, "a key that isn't text");
  }
  const info = infoOf(initial);
  const slot = info <= MOST_SIMPLE ? slotOf(reader, info) : undefined;
  if (slot === undefined) return newKey(readText(reader, info), false);
  const found = known[slot];
  reader.at = at;
  if (found !== undefined && isHere(reader, found)) return found;
  reader.at = at + 1;
  return known[slot] = newKey(readText(reader, info), true);
}

/** Goes over a simple key if it is what comes. */
export function isHere(reader: Reader, { text }: Key): boolean {
  const { bytes, at } = reader;
  const { length } = text;
  if (length >= reader.left || bytes[at] !== (TEXT | length)) return false;
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) !== bytes[at + 1 + i]) return false;
  }
  reader.at = at + 1 + length;
  return true;
}

/** Where a key of the next bytes is kept, or undefined if some aren't ASCII. */
function slotOf(reader: Reader, size: number): number | undefined {
  const { bytes, at } = reader;
  if (size > reader.left) return undefined;
  let hash = size;
  let bits = 0;
  for (let i = at; i < at + size; i++) {
    bits |= bytes[i]!;
    hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  }
  return bits < 0x80 ? (hash ^ hash >>> 15) & SLOTS - 1 : undefined;
}

function newKey(text: string, simple: boolean): Key {
  return { text, kind: kindOf(text), simple };
}

function kindOf(text: string): Key["kind"] {
  if (text in Object.prototype) return "inherited";
  return /^\d{1,10}$/.test(text) ? "index" : "plain";
}
