import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { Tally } from "./tally.ts";

Deno.test("Tally tells the first at once, then counts for ten seconds, and tells the rest at the end", async () => {
  const { tally, told, clock } = subject();
  tally.add("one");
  tally.add("two", 5);
  assert.deepEqual(told, ["1 one"]);
  await clock.advance(10_000);
  tally.add("three");
  assert.deepEqual(told, ["1 one", "7 three"]);
  tally.add("four");
  tally.tell();
  tally.tell();
  assert.deepEqual(told, ["1 one", "7 three", "8 four"]);
});

Deno.test("Tally isn't silenced by a clock that is set back an hour", async () => {
  const { tally, told, clock } = subject();
  await clock.advance(3_600_000);
  tally.add("before");
  clock.now = () => 0;
  tally.add("after");
  assert.deepEqual(told, ["1 before", "2 after"]);
});

function subject() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const log = {
    debug() {},
    info() {},
    error() {},
    warn: (_: string, properties?: Record<string, unknown>) =>
      void told.push(`${properties?.count} ${properties?.reason}`),
  };
  return { tally: new Tally("things", log, clock), told, clock };
}
