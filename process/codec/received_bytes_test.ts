import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { decode, encode } from "./mod.ts";

Deno.test("A19 decode returns byte strings as plain Uint8Arrays with their own memory", () => {
  const sent = {
    short: Uint8Array.of(1, 2),
    empty: new Uint8Array(0),
    long: new Uint8Array(9000).fill(7),
  };
  const body = Buffer.from(encode(sent)); // as amqplib gives it
  const received = decode(body) as typeof sent;
  body.fill(0xee);
  assert.deepEqual(received, sent);
  for (const bytes of Object.values(received)) {
    assert.equal(bytes.buffer.byteLength, bytes.byteLength);
    assert.equal(bytes.constructor, Uint8Array);
  }
  const pieces = Uint8Array.fromHex("5f42010243030405ff");
  const joined = decode(pieces) as Uint8Array;
  pieces.fill(0);
  assert.deepEqual(joined, Uint8Array.of(1, 2, 3, 4, 5));
  assert.equal(joined.buffer.byteLength, 5);
});

Deno.test("decode reads a view of a larger buffer from its first byte to its last", () => {
  const all = Uint8Array.fromHex(
    "ffff" + "a16161781a" + "61".repeat(26) + "ffff",
  );
  assert.deepEqual(decode(all.subarray(2, -2)), { a: "a".repeat(26) });
  const float = Uint8Array.fromHex("fffb3ff8000000000000ff");
  assert.equal(decode(float.subarray(1, -1)), 1.5);
});

Deno.test("A18 bytes and text of 0 bytes, 128 KiB ± 1 and 15 MiB round-trip", () => {
  for (const size of [0, 131_071, 131_072, 131_073, 15 * 1024 * 1024]) {
    const bytes = new Uint8Array(size).map((_, i) => i * 31);
    assert(Buffer.from(bytes).equals(decode(encode(bytes)) as Uint8Array));
    const text = "ü".repeat(size >> 1);
    assert(decode(encode(text)) === text);
  }
});
