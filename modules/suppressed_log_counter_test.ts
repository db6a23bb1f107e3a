import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { SuppressedLogCounter } from "./suppressed_log_counter.ts";

Deno.test("SuppressedLogCounter logs the first item at once, counts for ten seconds, and logs the rest on flush", async () => {
  const { counter, logged, clock } = subject();
  counter.add("one");
  counter.add("two", 5);
  assert.deepEqual(logged, ["1 one"]);
  await clock.advance(10_000);
  counter.add("three");
  assert.deepEqual(logged, ["1 one", "7 three"]);
  counter.add("four");
  counter.flush();
  counter.flush();
  assert.deepEqual(logged, ["1 one", "7 three", "8 four"]);
});

Deno.test("SuppressedLogCounter logs again after the clock is set back an hour", async () => {
  const { counter, logged, clock } = subject();
  await clock.advance(3_600_000);
  counter.add("before");
  clock.now = () => 0;
  counter.add("after");
  assert.deepEqual(logged, ["1 before", "2 after"]);
});

function subject() {
  const clock = new VirtualClock();
  const logged: string[] = [];
  const log = {
    debug() {},
    info() {},
    error() {},
    warn: (_: string, properties?: Record<string, unknown>) =>
      void logged.push(`${properties?.count} ${properties?.reason}`),
  };
  return {
    counter: new SuppressedLogCounter("things", log, clock),
    logged,
    clock,
  };
}
