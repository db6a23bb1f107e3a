import assert from "node:assert/strict";
import { measureUntil } from "./measure_until.ts";

Deno.test("measureUntil() returns the first good measurement, or the fifth", async () => {
  const attempts: number[] = [];
  const measure = (attempt: number) => Promise.resolve(attempts.push(attempt));
  assert.equal(await measureUntil((measured) => measured > 1, measure), 2);
  assert.deepEqual(attempts, [1, 2]);
  assert.equal(await measureUntil(() => false, measure), 7);
  assert.deepEqual(attempts, [1, 2, 1, 2, 3, 4, 5]);
});
