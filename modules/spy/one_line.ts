import { plainText, quoted } from "./plain_text.ts";

/** How Deno and Node.js ask an object for its text. */
const INSPECT = [
  Symbol.for("Deno.customInspect"),
  Symbol.for("nodejs.util.inspect.custom"),
];

/** A plain value that a log shows in one line, and any other reader as what it is. */
export function inOneLine(value: unknown): unknown {
  if (typeof value === "string") return plainText(value);
  if (typeof value !== "object" || value === null) return value;
  for (const symbol of INSPECT) {
    Object.defineProperty(value, symbol, { value: () => oneLine(value) });
  }
  return value;
}

/** A plain value as JavaScript would write it: `{ name: "Ann", tags: ["a", "b"] }`. */
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
