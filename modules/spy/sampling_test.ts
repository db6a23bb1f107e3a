import assert from "node:assert/strict";
import { Sampling } from "./sampling.ts";

function chosen(sampling: Sampling, times: readonly number[]): number[] {
  return times.filter((time) => sampling.choose(time));
}

const TIMES = Array.from({ length: 30 }, (_, i) => i * 100);

Deno.test("Sampling takes all messages unless it is told otherwise", () => {
  assert.deepEqual(chosen(new Sampling({ oneIn: 1 }), TIMES), TIMES);
});

Deno.test("Sampling takes the first of each so many", () => {
  assert.deepEqual(
    chosen(new Sampling({ oneIn: 10 }), TIMES),
    [0, 1_000, 2_000],
  );
});

Deno.test("Sampling takes so many in a second, and counts the others", () => {
  const sampling = new Sampling({ oneIn: 1, perSecond: 2 });
  assert.deepEqual(
    chosen(sampling, TIMES),
    [0, 100, 1_000, 1_100, 2_000, 2_100],
  );
  assert.equal(sampling.takeLeftOut(), 24);
  assert.equal(sampling.takeLeftOut(), 0);
});

Deno.test("Sampling counts against the limit what it would take without", () => {
  const sampling = new Sampling({ oneIn: 5, perSecond: 1 });
  assert.deepEqual(chosen(sampling, TIMES), [0, 1_000, 2_000]);
  assert.equal(sampling.takeLeftOut(), 3);
});
