/** Keys from the outside in; a number counts the elements of an array. */
export type KeyPath = readonly (string | number)[];

const LONGEST_TEXT = 60;
const LONGEST_KEY = 240;

/** Writes a path as TOML would: `module.clock."odd key"[0]`. */
export function dottedKey(path: KeyPath): string {
  let dotted = "";
  for (const part of path) {
    if (typeof part === "number") {
      dotted += `[${part}]`;
    } else {
      dotted += (dotted === "" ? "" : ".") +
        (/^[\w-]{1,60}$/.test(part) ? part : quote(part));
    }
    if (dotted.length > LONGEST_KEY) {
      return `${dotted.slice(0, LONGEST_KEY)}...`;
    }
  }
  return dotted;
}

/** Puts text into quotes, short, and harmless to a terminal. */
export function quote(text: string): string {
  const short = text.length > LONGEST_TEXT
    ? `${text.slice(0, LONGEST_TEXT - 3)}...`
    : text;
  return JSON.stringify(short).replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
}

/** What stands at a path, or undefined. Only own properties count. */
export function valueAt(data: unknown, path: KeyPath): unknown {
  let value = data;
  for (const part of path) {
    if (
      typeof value !== "object" || value === null || !Object.hasOwn(value, part)
    ) {
      return undefined;
    }
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}
