import assert from "node:assert/strict";
import { mock } from "node:test";
import { systemClock } from "./clock.ts";
import { countAbortHandlers } from "./testing/conformance/assertions.ts";

Deno.test("systemClock sleeps longer than a timer takes", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    let woken = false;
    const asleep = systemClock.sleep(5_000_000_000).then(() => woken = true);
    for (let day = 1; day <= 57; day++) mock.timers.tick(86_400_000);
    await Promise.resolve();
    assert.equal(woken, false);
    mock.timers.tick(5_000_000_000 - 57 * 86_400_000);
    await asleep;
  } finally {
    mock.timers.reset();
  }
});

Deno.test("systemClock ends a sleep of any length with ABORTED when its signal fires", async () => {
  const stop = new AbortController();
  const asleep = systemClock.sleep(5_000_000_000, stop.signal);
  stop.abort();
  await assert.rejects(asleep, { code: "ABORTED" });
});

Deno.test("systemClock takes its abort handler off when a sleep is over", async () => {
  const counted = countAbortHandlers();
  const asleep = systemClock.sleep(1, counted.signal);
  assert.equal(counted.handlers, 1);
  await asleep;
  assert.equal(counted.handlers, 0);
});

Deno.test("systemClock.monotonic advances during a sleep", async () => {
  const before = systemClock.monotonic();
  await systemClock.sleep(5);
  assert(systemClock.monotonic() - before >= 4);
});
