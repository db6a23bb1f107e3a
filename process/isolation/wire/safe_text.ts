/**
 * Characters that could forge a record of a log, or that a terminal obeys:
 * controls of C0 and C1 except the tab, line and paragraph separators, and all
 * format characters, such as zero-width ones and marks of direction.
 */
const UNSAFE = /[^\P{Cc}\t]|[\p{Cf}\p{Zl}\p{Zp}]|\p{Cs}/gu;
const IS_UNSAFE = new RegExp(UNSAFE.source, "u");

/** Maximum length of a text: longer ones are cut, since they end in a log. */
const MAX_TEXT = 4096;
/** Maximum length of a name. */
const MAX_NAME = 128;
/** Maximum number of values in one record. */
const MAX_VALUES = 256;
/** Maximum depth of values in a record. */
const MAX_DEPTH = 8;

/**
 * Returns a text of a guest in which every unsafe character is written as an
 * escape, such as `\n` or `\u{202e}`. Long texts are cut.
 */
export function safeText(text: string): string {
  return cut(text, MAX_TEXT).replace(UNSAFE, escape);
}

/**
 * Returns a name of a guest, such as the code of an error, as one safe word.
 */
export function safeName(name: string): string {
  return safeText(cut(name, MAX_NAME)).replaceAll(/\s/g, "_");
}

/** Returns true if `text` has no unsafe character. */
export function isSafe(text: string): boolean {
  return !IS_UNSAFE.test(text);
}

/**
 * Returns a copy of a value of a guest whose texts are safe, at any depth and
 * in keys, Maps and Sets. Values beyond the limits of a record are left out.
 */
export function safeValue(value: unknown): unknown {
  return new SafeCopy().of(value, 0);
}

class SafeCopy {
  #left = MAX_VALUES;

  of(value: unknown, depth: number): unknown {
    if (typeof value === "string") return safeText(value);
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Date || ArrayBuffer.isView(value)) return value;
    if (depth >= MAX_DEPTH) return "…";
    if (Array.isArray(value)) return this.#items(value, depth);
    if (value instanceof Map) return new Map(this.#pairs(value, depth));
    if (value instanceof Set) return new Set(this.#items(value, depth));
    return Object.fromEntries(this.#pairs(Object.entries(value), depth));
  }

  #items(items: Iterable<unknown>, depth: number): unknown[] {
    const copies: unknown[] = [];
    for (const item of items) {
      if (this.#left-- <= 0) break;
      copies.push(this.of(item, depth + 1));
    }
    return copies;
  }

  #pairs<Key>(
    pairs: Iterable<readonly [Key, unknown]>,
    depth: number,
  ): [Key, unknown][] {
    const copies: [Key, unknown][] = [];
    for (const [key, value] of pairs) {
      if (this.#left-- <= 0) break;
      copies.push([
        this.of(key, depth + 1) as Key,
        this.of(value, depth + 1),
      ]);
    }
    return copies;
  }
}

/** Cuts before it escapes, so that the work has a limit. */
function cut(text: string, length: number): string {
  return text.length > length ? text.slice(0, length) : text;
}

function escape(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
