import assert from "node:assert/strict";
import fc from "fast-check";
import { Ring } from "./collections.ts";

type Step = (ring: Ring<number>, model: number[]) => void;

let next = 0;

const push: Step = (ring, model) => {
  ring.push(++next);
  model.push(next);
};
const unshift: Step = (ring, model) => {
  ring.unshift(++next);
  model.unshift(next);
};
const shift: Step = (ring, model) => {
  assert.equal(ring.shift(), model.shift());
};
const removeOdd: Step = (ring, model) => {
  ring.remove((value) => value % 2 === 1);
  model.splice(0, model.length, ...model.filter((value) => value % 2 === 0));
};
const clear: Step = (ring, model) => {
  ring.clear();
  model.length = 0;
};

Deno.test("F7 a ring behaves like an array after any operations", () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant({ push }) },
    { weight: 2, arbitrary: fc.constant({ unshift }) },
    { weight: 4, arbitrary: fc.constant({ shift }) },
    { weight: 1, arbitrary: fc.constant({ removeOdd }) },
    { weight: 1, arbitrary: fc.constant({ clear }) },
  );
  // Repeated, so that it grows past its first 16 places, and past the 1,024
  // from which it gives memory back.
  const steps = fc.array(fc.tuple(step, fc.constantFrom(1, 1, 1, 20, 1_500)), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(steps, (steps) => {
      const ring = new Ring<number>();
      const model: number[] = [];
      for (const [named, times] of steps) {
        const [act] = Object.values(named) as [Step];
        for (let i = 0; i < times; i++) act(ring, model);
        assert.equal(ring.length, model.length);
      }
      while (model.length > 0) shift(ring, model);
      assert.equal(ring.shift(), undefined);
      assert.equal(ring.length, 0);
    }),
    { numRuns: 200 },
  );
});
