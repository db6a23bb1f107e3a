/**
 * Matches characters that control a terminal or are invisible: control and
 * format characters, and line breaks.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Keys of the methods that Deno and Node.js call to inspect an object. */
const INSPECT = [
  Symbol.for("Deno.customInspect"),
  Symbol.for("nodejs.util.inspect.custom"),
];

/**
 * Returns a plain value that is inspected as one line, and is otherwise
 * unchanged.
 */
export function inOneLine(value: unknown): unknown {
  if (typeof value === "string") return plainText(value);
  if (typeof value !== "object" || value === null) return value;
  for (const symbol of INSPECT) {
    Object.defineProperty(value, symbol, { value: () => oneLine(value) });
  }
  return value;
}

/**
 * Formats a plain value as a JavaScript literal in one line:
 * `{ name: "Ann", tags: ["a", "b"] }`.
 */
export function oneLine(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object" || value === null) {
    return Object.is(value, -0) ? "-0" : String(value);
  }
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  const inner = entries.map(([key, below]) =>
    `${/^[\w$]+$/.test(key) ? key : quoted(key)}: ${oneLine(below)}`
  );
  return `{ ${inner.join(", ")} }`;
}

/**
 * Escapes characters that control a terminal or are invisible, such as
 * `\u{1b}`.
 */
export function plainText(text: string): string {
  return text.replace(
    INVISIBLE,
    (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
}

/** Formats a text in quotes, with such characters escaped. */
export function quoted(text: string): string {
  return plainText(JSON.stringify(text));
}
