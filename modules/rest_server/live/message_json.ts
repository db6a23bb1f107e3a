import { toBase64 } from "../base64.ts";

/**
 * A message as a browser reads it. What JSON lacks gets a form: bytes are `{"$base64": "…"}`, an integer beyond 2^53 is text, a
 * date RFC 3339 text, NaN and the infinities null.
 *
 * Undefined where there is no such form: `undefined`, functions, maps and sets, cycles, too deep nesting, throwing getters.
 */
export function messageJson(message: unknown): string | undefined {
  try {
    return JSON.stringify(message, plain);
  } catch { // whatever a getter throws; who publishes such a message learns it from the bus that needs to encode it
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
      throw new TypeError(`found a ${typeof value}`);
    default:
      return value;
  }
}

function plainObject(value: object, holder: unknown, key: string): unknown {
  if (value instanceof Map || value instanceof Set) {
    throw new TypeError("found a collection");
  }
  const bytes = bytesOf(value) ??
    // JSON.stringify has asked a Node Buffer for its own form already.
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
