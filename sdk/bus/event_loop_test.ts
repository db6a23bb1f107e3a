import assert from "node:assert/strict";
import process from "node:process";
import {
  loopMonotonic,
  loopTime,
  turnStart,
  yieldPeriodically,
  yieldToEventLoop,
} from "./event_loop.ts";

const DONE = Promise.resolve();

Deno.test("A24 endless publishing lets a 10 ms timer through in 100 ms", async () => {
  // Processor time: other programs on the machine delay timers, too.
  const start = process.threadCpuUsage();
  const end = performance.now() + 10_000;
  let rang: number | undefined;
  setTimeout(() => {
    const { user, system } = process.threadCpuUsage(start);
    rang = (user + system) / 1_000;
  }, 10);
  while (rang === undefined && performance.now() < end) {
    await yieldPeriodically(DONE);
  }
  assert(rang !== undefined && rang <= 100, `it rang after ${rang} ms`);
});

Deno.test("A24 a loop in which every call rejects lets timers fire", async () => {
  let rang = false;
  setTimeout(() => rang = true, 10);
  const start = performance.now();
  while (!rang && performance.now() - start < 5_000) {
    await assert.rejects(yieldPeriodically(Promise.reject(new Error("no"))));
  }
  assert(rang);
});

Deno.test("A24 most publishes do not wait for the event loop", async () => {
  turnStart();
  const waits = Array.from({ length: 1_023 }, () => yieldPeriodically(DONE));
  assert(waits.every((wait) => wait === DONE));
  const wait = yieldPeriodically(DONE);
  assert.notEqual(wait, DONE);
  await wait;
  assert.equal(yieldPeriodically(DONE), DONE);
});

Deno.test("yieldPeriodically passes the outcome on after a turn of the event loop", async () => {
  const refusal = new Error("refused");
  turnStart();
  for (let i = 0; i < 1_023; i++) yieldPeriodically(DONE);
  const outcomes = [
    yieldPeriodically(Promise.resolve(7)),
    yieldPeriodically(Promise.reject(refusal)),
  ];
  assert.deepEqual(await Promise.allSettled(outcomes), [
    { status: "fulfilled", value: 7 },
    { status: "rejected", reason: refusal },
  ]);
});

Deno.test("yieldToEventLoop() resolves after what is due in this turn", async () => {
  const order: string[] = [];
  const over = yieldToEventLoop().then(() => order.push("over"));
  setImmediate(() => order.push("immediate"));
  queueMicrotask(() => order.push("microtask"));
  assert.equal(yieldToEventLoop(), yieldToEventLoop());
  await over;
  await yieldToEventLoop();
  assert.equal(order[0], "microtask");
  assert.deepEqual(order.toSorted(), ["immediate", "microtask", "over"]);
});

Deno.test("the loop time is constant from turnStart() to the end of the turn", async () => {
  turnStart();
  const wall = loopTime();
  const monotonic = loopMonotonic();
  const start = performance.now();
  while (performance.now() - start < 5);
  assert.equal(loopTime(), wall);
  assert.equal(loopMonotonic(), monotonic);
  await yieldToEventLoop();
  assert(loopMonotonic() >= monotonic + 5);
  assert(Math.abs(loopTime() - Date.now()) < 1_000);
});

Deno.test("turns with few calls read the clock and schedule nothing", async () => {
  turnStart();
  await yieldToEventLoop();
  const original = globalThis.setImmediate;
  let scheduled = 0;
  globalThis.setImmediate = ((callback: () => void) => {
    scheduled++;
    return original(callback);
  }) as typeof setImmediate;
  try {
    for (let call = 0; call < 20; call++) {
      assert.equal(yieldPeriodically(DONE), DONE);
      assert(performance.now() - loopMonotonic() < 100);
      loopTime();
      await DONE;
    }
    assert.equal(scheduled, 0);
    for (let call = 0; call < 100; call++) loopTime();
    assert.equal(scheduled, 1);
  } finally {
    globalThis.setImmediate = original;
  }
  await yieldToEventLoop();
});
