import assert from "node:assert/strict";
import fc from "fast-check";
import { Deadlines } from "../bus/deadlines.ts";
import { countAbortHandlers } from "./conformance/assertions.ts";
import { VirtualClock } from "./virtual_clock.ts";

Deno.test("time stands still until it is advanced", async () => {
  const clock = new VirtualClock();
  assert.equal(clock.now(), 0);
  await clock.advance(1_500);
  assert.equal(clock.now(), 1_500);
  await clock.advance(0);
  assert.equal(clock.now(), 1_500);
  assert.equal(new VirtualClock({ start: 7 }).now(), 7);
});

Deno.test("setTime() changes the time of day, and neither the monotonic time nor any sleep", async () => {
  const clock = new VirtualClock({ start: 5_000 });
  let woken = false;
  const asleep = clock.sleep(1_000).then(() => woken = true);
  await clock.advance(600);
  clock.setTime(100);
  assert.equal(clock.now(), 100);
  assert.equal(clock.monotonic(), 5_600);
  await clock.advance(399);
  assert.equal(woken, false);
  await clock.advance(1);
  await asleep;
  assert.equal(clock.now(), 500);
});

Deno.test("sleepers wake in the order of their times, each at its own", async () => {
  const clock = new VirtualClock();
  const woken: [ms: number, at: number][] = [];
  for (const ms of [30, 10, 20, 10]) {
    clock.sleep(ms).then(() => woken.push([ms, clock.now()]));
  }
  assert.equal(clock.sleepers, 4);
  await clock.advance(19);
  assert.deepEqual(woken, [[10, 10], [10, 10]]);
  assert.equal(clock.sleepers, 2);
  await clock.advance(100);
  assert.deepEqual(woken.slice(2), [[20, 20], [30, 30]]);
  assert.equal(clock.now(), 119);
});

Deno.test("a sleep that begins during advance() is also woken by it", async () => {
  const clock = new VirtualClock();
  const ticks: number[] = [];
  (async () => {
    for (;;) {
      await clock.sleep(10);
      ticks.push(clock.now());
    }
  })();
  await clock.advance(35);
  assert.deepEqual(ticks, [10, 20, 30]);
  assert.equal(clock.sleepers, 1);
});

Deno.test("a sleep that begins shortly after advance() is called counts from the time before", async () => {
  const clock = new VirtualClock();
  let woken: number | undefined;
  (async () => {
    for (let i = 0; i < 10; i++) await null;
    await clock.sleep(10);
    woken = clock.now();
  })();
  await clock.advance(10);
  assert.equal(woken, 10);
});

Deno.test("all consequences of one wake-up happen before the next wake-up", async (t) => {
  await t.step("in two turns of the event loop", async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.sleep(10).then(async () => {
      for (let i = 0; i < 100; i++) await null;
      await new Promise(setImmediate);
      order.push("first");
    });
    clock.sleep(10).then(() => order.push("second"));
    await clock.advance(10);
    assert.deepEqual(order, ["first", "second"]);
  });

  await t.step("or until settle says so", async () => {
    const clock = new VirtualClock();
    const settled: number[] = [];
    const settle = () => Promise.resolve(void settled.push(clock.now()));
    clock.sleep(10);
    clock.sleep(20);
    await clock.advance(100, { settle });
    assert.deepEqual(settled, [0, 10, 20]);
  });
});

Deno.test("time stops when settle rejects, and the next advance() continues from there", async () => {
  const clock = new VirtualClock();
  clock.sleep(10);
  clock.sleep(20);
  const error = new Error("it failed");
  const settle = () =>
    clock.now() === 10 ? Promise.reject(error) : Promise.resolve();
  await assert.rejects(clock.advance(100, { settle }), error);
  assert.equal(clock.now(), 10);
  assert.equal(clock.sleepers, 1);
  await clock.advance(5);
  assert.equal(clock.now(), 15);
});

Deno.test("advances that are not awaited add up", async () => {
  const clock = new VirtualClock();
  const woken: number[] = [];
  clock.sleep(15).then(() => woken.push(clock.now()));
  await Promise.all([clock.advance(10), clock.advance(10)]);
  assert.equal(clock.now(), 20);
  assert.deepEqual(woken, [15]);
});

Deno.test("a sleep that is already over takes a turn, and no time", async () => {
  const clock = new VirtualClock();
  let turned = false;
  setImmediate(() => turned = true);
  for (const ms of [0, -1, NaN]) await clock.sleep(ms);
  assert(turned);
  assert.equal(clock.now(), 0);
  assert.equal(clock.sleepers, 0);
});

Deno.test("a sleep rejects with ABORTED when its signal fires, and removes its listener", async (t) => {
  await t.step("during the sleep", async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const asleep = clock.sleep(10, controller.signal);
    controller.abort("enough");
    await assert.rejects(asleep, { code: "ABORTED", cause: "enough" });
    assert.equal(clock.sleepers, 0);
    await clock.advance(10);
  });

  await t.step("before it", async () => {
    const signal = AbortSignal.abort("enough");
    for (const ms of [10, 0]) {
      await assert.rejects(new VirtualClock().sleep(ms, signal), {
        code: "ABORTED",
        cause: "enough",
      });
    }
  });

  await t.step("not after it", async () => {
    const clock = new VirtualClock();
    const counted = countAbortHandlers();
    const asleep = clock.sleep(10, counted.signal);
    assert.equal(counted.handlers, 1);
    await clock.advance(10);
    await asleep;
    assert.equal(counted.handlers, 0);
  });
});

Deno.test("advance() rejects a negative, infinite or non-numeric time", async () => {
  const clock = new VirtualClock();
  for (const ms of [-1, NaN, Infinity, "5" as unknown as number]) {
    await assert.rejects(clock.advance(ms), {
      code: "INVALID_OPTION",
      message:
        `Cannot advance the clock by ${ms}: expected milliseconds from 0`,
    });
  }
});

Deno.test("VirtualClock provides the timers of Deadlines", async () => {
  const clock = new VirtualClock({ start: Date.UTC(2030, 0, 1) });
  const deadlines = new Deadlines(clock);
  const start = clock.now();
  const expired: number[] = [];
  const note = () => expired.push(clock.now() - start);
  deadlines.add(20, note);
  deadlines.add(10, note);
  deadlines.add(15, () => assert.fail("it was cancelled")).cancel();
  assert.equal(clock.sleepers, 0, "a timer is not a sleeper");
  await clock.advance(100);
  assert.deepEqual(expired, [10, 20]);
});

Deno.test("a cleared timer does not fire, and a second clear does nothing", async () => {
  const clock = new VirtualClock();
  const timer = clock.set(() => assert.fail("it went off"), 10);
  let rang = 0;
  clock.set(() => rang++, 10);
  clock.clear(timer);
  clock.clear(timer);
  await clock.advance(10);
  assert.equal(rang, 1);
});

Deno.test("F7 each sleeper wakes once, ordered by due time, then by start", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 20 }),
      fc.array(fc.nat(40), { maxLength: 5 }),
      async (sleeps, advances) => {
        const clock = new VirtualClock();
        const woken: { ms: number; i: number }[] = [];
        for (const [i, ms] of sleeps.entries()) {
          clock.sleep(ms).then(() => {
            assert.equal(clock.now(), ms);
            woken.push({ ms, i });
          });
        }
        for (const ms of advances) await clock.advance(ms);
        const wanted = sleeps
          .map((ms, i) => ({ ms, i }))
          .filter(({ ms }) => ms <= clock.now())
          .sort((a, b) => a.ms - b.ms || a.i - b.i);
        assert.deepEqual(woken, wanted);
        assert.equal(clock.sleepers, sleeps.length - woken.length);
      },
    ),
  );
});
