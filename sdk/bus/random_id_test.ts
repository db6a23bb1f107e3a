import assert from "node:assert/strict";
import { randomId } from "./local_delivery.ts";

/**
 * With 15 degrees of freedom, one uniform sample in ten million is further off.
 */
const FAR_OFF = 62;

Deno.test("B10 ids are 64 random bits, and not from Math.random", async (t) => {
  const { random } = Math;
  Math.random = () => assert.fail("Math.random can be guessed");
  const ids: string[] = [];
  try {
    for (let i = 0; i < 100_000; i++) ids.push(randomId());
  } finally {
    Math.random = random;
  }

  await t.step("in 16 lower-case hex digits", () => {
    for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/);
  });

  await t.step("100,000 are unique", () => {
    assert.equal(new Set(ids).size, ids.length);
  });

  await t.step("at each place, all digits are equally frequent (chi²)", () => {
    const expected = ids.length / 16;
    for (let place = 0; place < 16; place++) {
      const counts = new Array<number>(16).fill(0);
      for (const id of ids) counts[parseInt(id[place]!, 16)]!++;
      const chi2 = counts.reduce(
        (sum, count) => sum + (count - expected) ** 2 / expected,
        0,
      );
      assert(chi2 < FAR_OFF, `chi² is ${chi2} at place ${place}: ${counts}`);
    }
  });
});
