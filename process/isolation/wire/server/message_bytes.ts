/** Bytes beyond which a message is not measured further. */
const MOST = 64 * 1024 * 1024;
/** Values nested more deeply cannot be encoded. */
const MAX_DEPTH = 200;
const OBJECT = 64;
/** Memory of a byte string, even if it is empty. */
const BYTES = 450;

/** Bytes that may still be counted: a message may contain itself. */
let left = 0;

/**
 * Returns about how many bytes of memory a message takes. It is more than the
 * encoded size, because one encoded byte can become 450 bytes of memory.
 */
export function messageBytes(message: unknown): number {
  left = MOST;
  try {
    count(message, 0);
  } catch {
    // A getter of the message throws, so that it cannot be sent either.
  }
  return Math.min(MOST, MOST - left);
}

function count(value: unknown, depth: number): void {
  if (typeof value === "string") {
    left -= 24 + 2 * value.length;
  } else if (typeof value !== "object" || value === null) {
    left -= 8;
  } else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    left -= BYTES + value.byteLength;
  } else if (depth < MAX_DEPTH) {
    left -= OBJECT;
    countItems(value, depth + 1);
  }
}

function countItems(value: object, depth: number): void {
  if (Array.isArray(value)) {
    left -= 8 * value.length;
    // A sparse array may be longer than its memory.
    for (let i = 0; i < value.length && left > 0; i++) count(value[i], depth);
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      if (left <= 0) return;
      count(key, depth);
      count(item, depth);
    }
  } else {
    for (const key in value) {
      if (left <= 0) return;
      left -= 24 + key.length;
      count((value as Record<string, unknown>)[key], depth);
    }
  }
}
