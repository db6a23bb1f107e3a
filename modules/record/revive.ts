import { Float } from "@caryatid/process/codec";
import { Buffer } from "node:buffer";
import { define, numberText } from "./json_parts.ts";
import { MOST_DEPTH } from "./limits.ts";

/** Reads what `escape` wrote, in place. Throws if it never wrote that. */
export function revive(value: unknown): unknown {
  return revived(value, 0);
}

function revived(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  // Escapes lie up to three deeper than what they stand for.
  if (depth > 2 * MOST_DEPTH) throw new Error("nested too deep");
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      value[i] = revived(value[i], depth + 1);
    }
    return value;
  }
  const object = value as Record<string, unknown>;
  const keys = Object.keys(object);
  const [only] = keys;
  if (keys.length === 1 && only!.startsWith("$")) {
    return unescaped(only!, object[only!], depth);
  }
  return reviveIn(object, keys, depth);
}

function reviveIn(
  object: Record<string, unknown>,
  keys: readonly string[],
  depth: number,
) {
  for (const key of keys) {
    const value = object[key];
    if (typeof value !== "object" || value === null) continue;
    const other = revived(value, depth + 1);
    if (other !== value) define(object, key, other);
  }
  return object;
}

function unescaped(key: string, value: unknown, depth: number): unknown {
  if (key === "$object" && typeof value === "object" && value !== null) {
    const object = value as Record<string, unknown>;
    return reviveIn(object, Object.keys(object), depth + 1);
  }
  if (typeof value === "string") {
    switch (key) {
      case "$bytes":
        return fromBase64(value);
      case "$bigint":
        return BigInt(value);
      case "$number":
        return fromNumberText(value);
      case "$float":
        return new Float(fromNumberText(value));
      case "$date":
        return fromDateText(value);
    }
  }
  throw new Error(`found the escape ${key}, which no recorder writes so`);
}

function fromNumberText(text: string): number {
  const value = Number(text);
  if (numberText(value) !== text) throw new Error(`found the number ${text}`);
  return value;
}

function fromDateText(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new Error(`found the date ${text}`);
  return date;
}

function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  // Buffer takes anything for base64.
  if (bytes.toString("base64") !== text) throw new Error("found bad base64");
  return new Uint8Array(bytes);
}
