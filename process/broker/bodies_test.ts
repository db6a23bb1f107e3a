import assert from "node:assert/strict";
import fc from "fast-check";
import { Bodies, type Body } from "./bodies.ts";

const KIBIBYTE = 1024;
const size = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 20 * KIBIBYTE }),
);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ keep: size }) },
  { weight: 2, arbitrary: fc.record({ release: fc.nat() }) },
);

Deno.test("a body that is not released keeps its bytes while others are kept and released", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const bodies = new Bodies();
      const kept: { body: Body; text: Uint8Array }[] = [];
      for (const [n, step] of steps.entries()) {
        if ("keep" in step) {
          const text = new Uint8Array(step.keep).fill(n);
          const written = text.slice();
          kept.push({ body: bodies.keep(written), text });
          written.fill(255);
        } else if (kept.length > 0) {
          const [{ body }] = kept.splice(step.release % kept.length, 1) as [
            typeof kept[0],
          ];
          body.release();
          body.release();
        }
      }
      for (const { body, text } of kept) {
        assert.deepEqual(new Uint8Array(body.bytes), text);
        assert.equal(body.size, text.length);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("keeping and releasing a thousand bodies repeatedly does not grow the memory", () => {
  const bodies = new Bodies();
  const written = new Uint8Array(10 * KIBIBYTE);
  const buffers = new Set<ArrayBufferLike>();
  const window: Body[] = [];
  for (let n = 0; n < 10_000; n++) {
    const body = bodies.keep(written);
    buffers.add(body.bytes.buffer);
    window.push(body);
    if (window.length === 1_000) {
      for (const old of window.splice(0, 300)) old.release();
    }
  }
  // 12 bodies in each block, and a block that is used up only when its last
  // body is released.
  assert(buffers.size < 1_000 / 12 + 10, `${buffers.size} blocks`);
});

Deno.test("a body reuses the place of a released one", () => {
  const bodies = new Bodies();
  const places = new Set<number>();
  for (let n = 0; n < 100; n++) {
    const body = bodies.keep(new Uint8Array(100));
    places.add(body.bytes.byteOffset);
    body.release();
  }
  assert.equal(places.size, 1);
});

Deno.test("a released body cannot be read, and still has its size", () => {
  const body = new Bodies().keep(new Uint8Array([1, 2, 3]));
  assert.deepEqual([...body.bytes], [1, 2, 3]);
  body.release();
  assert.throws(() => body.bytes, /released/);
  assert.equal(body.size, 3);
});
