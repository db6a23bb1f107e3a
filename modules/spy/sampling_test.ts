import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { Sampling } from "./sampling.ts";

/** Times of the selected messages, of one message every 100 ms. */
async function chosen(
  options: { oneIn: number; perSecond?: number },
  omitted: number[] = [],
): Promise<number[]> {
  const clock = new VirtualClock();
  const sampling = new Sampling({ ...options, clock });
  const times: number[] = [];
  for (let time = 0; time < 3_000; time += 100) {
    if (sampling.choose()) {
      times.push(time);
      omitted.push(sampling.takeOmitted());
    }
    await clock.advance(100);
  }
  assert.equal(sampling.takeOmitted(), 0);
  return times;
}

Deno.test("Sampling selects all messages by default", async () => {
  const { isLimited } = new Sampling({ oneIn: 1, clock: new VirtualClock() });
  assert(!isLimited);
  assert.equal((await chosen({ oneIn: 1 })).length, 30);
});

Deno.test("Sampling selects the first message of each group", async () => {
  assert.deepEqual(await chosen({ oneIn: 10 }), [0, 1_000, 2_000]);
});

Deno.test("Sampling limits messages per second and counts the others", async () => {
  const omitted: number[] = [];
  assert.deepEqual(
    await chosen({ oneIn: 1, perSecond: 2 }, omitted),
    [0, 100, 1_000, 1_100, 2_000, 2_100],
  );
  assert.deepEqual(omitted, [0, 0, 8, 0, 8, 0]);
});

Deno.test("Sampling counts only messages over the limit that it would select", async () => {
  const omitted: number[] = [];
  assert.deepEqual(
    await chosen({ oneIn: 5, perSecond: 1 }, omitted),
    [0, 1_000, 2_000],
  );
  assert.deepEqual(omitted, [0, 1, 1]);
});
