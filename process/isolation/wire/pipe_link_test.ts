import assert from "node:assert/strict";
import { BatchCutter, PipeLink, type Pipes } from "./pipe_link.ts";
import { withLength } from "./waiting_batches.ts";

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

Deno.test("a pipe that takes nothing keeps small batches in few pieces, in order", async () => {
  const pipes = new SlowPipes();
  const link = new PipeLink(pipes, 1_000);
  const sent = Array.from({ length: 1_000 }, (_, i) => Uint8Array.of(i, 0, 1));
  for (const batch of sent) link.send(batch.slice());
  link.send(new Uint8Array(5_000));
  assert.equal(link.backlog, 1_000 * 7 + 5_004);
  assert.equal(pipes.written.length, 1);
  while (link.backlog > 0) {
    pipes.take();
    await Promise.resolve();
  }
  // the first batch alone, two pieces of 4 KiB, and the long batch
  assert.equal(pipes.written.length, 4);
  const cutter = new BatchCutter(5_000);
  const came: Uint8Array[] = [];
  for (const piece of pipes.written) {
    cutter.push(piece);
    for (let batch; (batch = cutter.next());) came.push(batch.slice());
  }
  assert.deepEqual(came, [...sent, new Uint8Array(5_000)]);
});

Deno.test("a pipe writes no waiting batches after its end", async () => {
  const pipes = new SlowPipes();
  const link = new PipeLink(pipes, 1_000);
  for (let i = 0; i < 3; i++) link.send(Uint8Array.of(i));
  link.close();
  pipes.take();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  assert.equal(pipes.written.length, 1);
});

/** Pipes that take each write only when the test calls `take`. */
class SlowPipes implements Pipes {
  readonly written: Uint8Array[] = [];
  /** Takes the last write. */
  take = () => {};

  read(): Promise<null> {
    return Promise.resolve(null);
  }

  write(bytes: Uint8Array): Promise<void> {
    this.written.push(bytes.slice());
    return new Promise((resolve) => this.take = resolve);
  }

  close() {}
}
