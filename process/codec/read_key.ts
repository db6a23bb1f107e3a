import { readText } from "./read_strings.ts";
import { decodeError, type Reader } from "./reader.ts";
import { infoOf, majorType, TEXT } from "./wire_format.ts";

/** A key of a map. */
export interface Key {
  readonly text: string;
  /**
   * "inherited": the prototype of objects has it, too (`__proto__`,
   * `constructor`). "index": an array could have it.
   */
  readonly kind: "inherited" | "index" | "plain";
  /**
   * True if it is ASCII with a head of one byte, so that {@linkcode skipKey}
   * can compare it.
   */
  readonly simple: boolean;
}

const MAX_SIMPLE = 23;
/**
 * A power of two. Keys of equal slot replace each other, so a sender of ever
 * new keys cannot fill the memory.
 */
const SLOTS = 2048;

const recent: (Key | undefined)[] = new Array(SLOTS).fill(undefined);

/**
 * Reads a key. A key that was read before is compared instead of created: its
 * hash is known, and it is stored once.
 */
export function readKey(reader: Reader): Key {
  const { at } = reader;
  const initial = reader.initial();
  if (majorType(initial) !== TEXT) {
    throw decodeError(at, "a key that is not text");
  }
  const info = infoOf(initial);
  const slot = info <= MAX_SIMPLE ? slotOf(reader, info) : undefined;
  if (slot === undefined) return newKey(readText(reader, info), false);
  const found = recent[slot];
  reader.at = at;
  if (found !== undefined && skipKey(reader, found)) return found;
  reader.at = at + 1;
  return recent[slot] = newKey(readText(reader, info), true);
}

/**
 * Skips the simple key if it comes next. Returns false if another key comes.
 */
export function skipKey(reader: Reader, { text }: Key): boolean {
  const { bytes, at } = reader;
  const { length } = text;
  if (length >= reader.left || bytes[at] !== (TEXT | length)) return false;
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) !== bytes[at + 1 + i]) return false;
  }
  reader.at = at + 1 + length;
  return true;
}

/**
 * Returns the slot for a key of the next `size` bytes, or undefined if some of
 * them are not ASCII.
 */
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
