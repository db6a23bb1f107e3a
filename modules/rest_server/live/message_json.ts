import { CaryatidError } from "@caryatid/sdk";
import { toBase64 } from "../base64.ts";

/**
 * Encodes a message for browsers. Values that JSON lacks get another form:
 * bytes are `{"$base64": "…"}`, an integer beyond 2^53 is text, a date is RFC
 * 3339 text, NaN and the infinities are null.
 *
 * Returns undefined if the message has no such form: for `undefined`,
 * functions, maps and sets, cycles, too deep nesting, throwing getters.
 */
export function messageJson(message: unknown): string | undefined {
  try {
    return JSON.stringify(message, plain);
  } catch {
    // The value has no JSON form, or a getter threw. A bus that encodes
    // messages rejects the publish itself.
    return undefined;
  }
}

function plain(this: unknown, key: string, value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return safe(value) ? Number(value) : String(value);
    case "object":
      return value === null ? null : plainObject(value, this, key);
    case "function":
    case "symbol":
      throw new CaryatidError("NOT_ENCODABLE", `found a ${typeof value}`);
    default:
      return value;
  }
}

function plainObject(value: object, holder: unknown, key: string): unknown {
  if (value instanceof Map || value instanceof Set) {
    throw new CaryatidError("NOT_ENCODABLE", "found a collection");
  }
  const bytes = bytesOf(value) ??
    // JSON.stringify has already called `toJSON` of a Node Buffer.
    ("type" in value && bytesOf((holder as Record<string, unknown>)[key]));
  return bytes ? { $base64: toBase64(bytes) } : value;
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  const { buffer, byteOffset, byteLength } = value;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function safe(value: bigint): boolean {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
}
