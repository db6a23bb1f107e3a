import assert from "node:assert/strict";
import { bytesText } from "./bytes_text.ts";

Deno.test("bytesText() counts the bytes and shows the first 16, of whatever holds bytes", () => {
  const bytes = new Uint8Array(20).fill(255);
  const all = `<20 bytes: ${"ff".repeat(16)}…>`;
  assert.equal(bytesText(bytes), all);
  assert.equal(bytesText(bytes.buffer), all);
  assert.equal(bytesText(new DataView(bytes.buffer)), all);
  assert.equal(bytesText(bytes.subarray(18)), "<2 bytes: ffff>");
  assert.equal(bytesText(new Uint16Array([1])), "<2 bytes: 0100>");
  assert.equal(bytesText(new SharedArrayBuffer(1)), "<1 bytes: 00>");
});

Deno.test("bytesText() has nothing to say of other values", () => {
  for (const value of [{}, [1], new Date(), { byteLength: 5 }]) {
    assert.equal(bytesText(value), undefined);
  }
});
