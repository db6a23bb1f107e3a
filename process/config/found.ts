import { type KeyPath, quote } from "./key_path.ts";
import { isTable } from "./tables.ts";

const SECRET = /url|uri|pass|token|secret|credential|auth|key$/i;

/** Says what a value is, for a message: short, and never a secret. */
export function found(path: KeyPath, value: unknown): string {
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

/** Says whether the value of this key may be something that nobody else should read. */
export function isSecret(path: KeyPath): boolean {
  return path.some((part) => typeof part === "string" && SECRET.test(part));
}

/** Hides what `scheme://user:password@host` or `scheme://token@host` gives away. */
export function withoutPassword(text: string): string {
  return text.replace(
    /([a-z][a-z0-9+.-]{0,20}:\/\/)([^\s/@:]*)(:\S*)?@/gi,
    (_, scheme, user, password) =>
      password === undefined ? `${scheme}***@` : `${scheme}${user}:***@`,
  );
}

/** As TOML writes it: JavaScript's `Infinity` and `NaN` are its `inf` and `nan`. */
function tomlNumber(value: unknown): string {
  if (typeof value !== "number" || Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
