const BYTES_PER_ID = 8;
const pool = new Uint8Array(BYTES_PER_ID * 512);
let used = pool.length;

const HEX = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0"),
);

/**
 * 64 random bits as 16 lower-case hex digits, from the system's generator.
 *
 * Drawn 512 at a time: a call of `crypto.getRandomValues` costs as much as several requests.
 *
 * @example
 * ```ts
 * import { randomId } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.match(randomId(), /^[0-9a-f]{16}$/);
 * ```
 */
export function randomId(): string {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  let id = "";
  for (const end = used + BYTES_PER_ID; used < end; used++) {
    id += HEX[pool[used]!];
  }
  return id;
}
