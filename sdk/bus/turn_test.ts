import assert from "node:assert/strict";
import { paced, turnMonotonic, turnOver, turnTime } from "./turn.ts";

const DONE = Promise.resolve();

Deno.test("A24 endless publishing lets a 10 ms timer through in 100 ms", async () => {
  const start = performance.now();
  let rang: number | undefined;
  setTimeout(() => rang = performance.now() - start, 10);
  while (rang === undefined && performance.now() - start < 5_000) {
    await paced(DONE);
  }
  assert(rang !== undefined && rang <= 100, `it rang after ${rang} ms`);
});

Deno.test("A24 so does a loop that only ever gets errors", async () => {
  let rang = false;
  setTimeout(() => rang = true, 10);
  const start = performance.now();
  while (!rang && performance.now() - start < 5_000) {
    await assert.rejects(paced(Promise.reject(new Error("no"))));
  }
  assert(rang);
});

Deno.test("A24 most publishes don't wait for the event loop", async () => {
  await turnOver();
  const waits = Array.from({ length: 1_023 }, () => paced(DONE));
  assert(waits.every((wait) => wait === DONE));
  const wait = paced(DONE);
  assert.notEqual(wait, DONE);
  await wait;
  assert.equal(paced(DONE), DONE);
});

Deno.test("what comes out after a pause is what went in", async () => {
  const refusal = new Error("refused");
  await turnOver();
  for (let i = 0; i < 1_023; i++) paced(DONE);
  const outcomes = [paced(Promise.resolve(7)), paced(Promise.reject(refusal))];
  assert.deepEqual(await Promise.allSettled(outcomes), [
    { status: "fulfilled", value: 7 },
    { status: "rejected", reason: refusal },
  ]);
});

Deno.test("turnOver() resolves after what is due in this turn", async () => {
  const order: string[] = [];
  const over = turnOver().then(() => order.push("over"));
  setImmediate(() => order.push("immediate"));
  queueMicrotask(() => order.push("microtask"));
  assert.equal(turnOver(), turnOver());
  await over;
  await turnOver();
  assert.equal(order[0], "microtask");
  assert.deepEqual(order.toSorted(), ["immediate", "microtask", "over"]);
});

Deno.test("the time of a turn stands still within it, and moves on with the next", async () => {
  await turnOver();
  const wall = turnTime();
  const monotonic = turnMonotonic();
  const start = performance.now();
  while (performance.now() - start < 5);
  assert.equal(turnTime(), wall);
  assert.equal(turnMonotonic(), monotonic);
  await turnOver();
  assert(turnMonotonic() >= monotonic + 5);
  assert(Math.abs(turnTime() - Date.now()) < 1_000);
});
