import assert from "node:assert/strict";
import { HostPace } from "./host_pace.ts";

Deno.test("a pace wants a rest after 16 ms of work, and then counts from zero", async () => {
  let time = 0;
  const rest = Promise.withResolvers<void>();
  const pace = new HostPace({ now: () => time, sleep: () => rest.promise });
  time = 15;
  assert.equal(pace.spend(15), undefined);
  time = 16;
  const resting = pace.spend(1);
  assert(resting);
  assert.equal(pace.spend(1), resting, "another guest waits for the same rest");
  rest.resolve();
  await resting;
  assert.equal(pace.spend(15), undefined);
});

Deno.test("a pace wants no rest if the event loop was idle in between", () => {
  let time = 0;
  const pace = new HostPace({
    now: () => time,
    sleep: () => assert.fail("slept"),
  });
  for (let i = 0; i < 100; i++) {
    time += 10;
    assert.equal(pace.spend(4), undefined);
  }
});
