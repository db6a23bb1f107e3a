import assert from "node:assert/strict";
import { decode } from "./mod.ts";

const MEBIBYTE = 1024 * 1024;

Deno.test("F1 decode allocates no memory for an announced size", () => {
  const lies = [
    ...["9b7fffffffffffffff", "bb7fffffffffffffff", "9affffffff"],
    ...["5b00000001ffffffff00", "7affffffff00"],
    "9a000003e8".repeat(128) + "00".repeat(1000),
  ];
  const bodies = lies.map((hex) => Uint8Array.fromHex(hex));
  const before = memoryUsed();
  for (let i = 0; i < 3000; i++) {
    for (const body of bodies) {
      assert.throws(() => decode(body), { code: "DECODE_FAILED" });
    }
  }
  assertGrown(before, 128);
});

/** Items of a few bytes that become objects of hundreds of bytes. */
const BOMBS: Readonly<Record<string, string>> = {
  "empty byte strings": "40",
  "byte strings of one byte": "4161",
  "byte strings without chunks": "5fff",
  "empty arrays": "80",
  "empty arrays of indefinite length": "9fff",
  "empty maps": "a0",
  "empty maps of indefinite length": "bfff",
};

for (const [name, hex] of Object.entries(BOMBS)) {
  Deno.test(`F1 decode refuses 8 MiB of ${name} before they fill the memory`, () => {
    const body = repeated(hex, 8 * MEBIBYTE);
    const before = memoryUsed();
    assert.throws(() => decode(body), {
      code: "DECODE_FAILED",
      message: /found too many small items for its size/,
    });
    assertGrown(before, 640);
  });
}

Deno.test("F1 an object with a numeric key reserves no memory for smaller indices", () => {
  const body = repeated("a16339393900", MEBIBYTE);
  const before = memoryUsed();
  const maps = decode(body) as Record<string, number>[];
  assertGrown(before, 256);
  assert.deepEqual(maps[0], { 999: 0 });
});

Deno.test("F1 decode accepts many small items of one kind", () => {
  const small = {
    "pairs of numbers": "820102",
    "objects of two numbers": "a2617801617902",
    "texts": "626162",
    "floats": "f93e00",
    "hashes": "5820" + "07".repeat(32),
  };
  for (const [name, hex] of Object.entries(small)) {
    const items = decode(repeated(hex, 4 * MEBIBYTE)) as unknown[];
    assert(items.length > 100_000, name);
    assert.deepEqual(items.at(-1), decode(Uint8Array.fromHex(hex)));
  }
});

/** Returns an encoded array of about `size` bytes whose items are all `hex`. */
function repeated(hex: string, size: number): Uint8Array {
  const item = Uint8Array.fromHex(hex);
  const count = Math.floor(size / item.length);
  const body = new Uint8Array(5 + count * item.length);
  new DataView(body.buffer).setUint32(1, count);
  body[0] = 0x9a;
  for (let at = 5; at < body.length; at += item.length) body.set(item, at);
  return body;
}

function assertGrown(before: number, most: number): void {
  const grown = (memoryUsed() - before) / MEBIBYTE;
  assert(grown < most, `memory grew by ${grown.toFixed()} MiB`);
}

/** Memory of this thread: other tests run at the same time. */
function memoryUsed(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
