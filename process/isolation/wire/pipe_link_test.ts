import assert from "node:assert/strict";
import { BatchCutter, withLength } from "./pipe_link.ts";

const BATCHES = [[1, 2, 3], [4], new Array(300).fill(5)].map((bytes) =>
  Uint8Array.from(bytes)
);

function piped(): Uint8Array {
  return Uint8Array.from(BATCHES.flatMap((batch) => [...withLength(batch)]));
}

for (const size of [1, 2, 3, 5, 7, 64, 1_000]) {
  Deno.test(`a pipe delivers whole batches from pieces of ${size} bytes`, () => {
    const cutter = new BatchCutter(1_000);
    const came: Uint8Array[] = [];
    const bytes = piped();
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size);
      cutter.push(piece);
      for (let batch; (batch = cutter.next());) came.push(batch.slice());
    }
    assert.deepEqual(came, BATCHES);
  });
}

for (const [what, length] of [["empty", 0], ["longer than it may be", 0xff]]) {
  Deno.test(`D14 a batch that is announced ${what} is a PROTOCOL_VIOLATION, before there is memory for it`, () => {
    const cutter = new BatchCutter(1_000);
    const byte = Number(length);
    cutter.push(Uint8Array.of(byte, byte, byte, byte));
    assert.throws(() => cutter.next(), { code: "PROTOCOL_VIOLATION" });
  });
}
