import { isTable, type KeyPath } from "./tables.ts";

const LONGEST_TEXT = 60;
const LONGEST_KEY = 240;
const SECRET = /url|uri|pass|token|secret|credential|auth|key$/i;

/** Formats a path as TOML does: `module.clock."odd key"[0]`. */
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

/** Quotes a text, shortened and without control characters. */
export function quote(text: string): string {
  const short = text.length > LONGEST_TEXT
    ? `${text.slice(0, LONGEST_TEXT - 3)}...`
    : text;
  return JSON.stringify(short).replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
}

/** Formats a value for a message: short and without secrets. */
export function formatValue(path: KeyPath, value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (isTable(value)) return "a table";
  if (typeof value === "object") {
    return value instanceof Date ? "a date" : "an object";
  }
  if (typeof value === "function") return "a function";
  if (isSecret(path)) {
    return typeof value === "string" ? "text" : `a ${typeof value}`;
  }
  return typeof value === "string"
    ? quote(withoutPassword(value))
    : tomlNumber(value);
}

/**
 * Returns true if the key may hold a secret. The id of a module, like `auth`,
 * does not count.
 */
export function isSecret(path: KeyPath): boolean {
  return path.some((part, index) =>
    (index >= 2 || index === path.length - 1) && SECRET.test(String(part))
  );
}

/**
 * Hides the secret in `scheme://user:password@host` or `scheme://token@host`.
 */
export function withoutPassword(text: string): string {
  return text.replace(/\S+/g, (word) => {
    // No secret ends after the last "@". Searching there would take quadratic
    // time.
    const end = word.lastIndexOf("@") + 1;
    return hidden(word.slice(0, end)) + word.slice(end);
  });
}

function hidden(text: string): string {
  return text.replace(
    /([a-z][a-z0-9+.-]{0,20}:\/\/)([^\s/@:]*)(:\S*)?@/gi,
    (_, scheme, user, password) =>
      password === undefined ? `${scheme}***@` : `${scheme}${user}:***@`,
  );
}

/** Formats a number as TOML does: `Infinity` is `inf` and `NaN` is `nan`. */
function tomlNumber(value: unknown): string {
  if (typeof value !== "number" || Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
