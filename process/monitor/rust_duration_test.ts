import assert from "node:assert/strict";
import { rustDuration } from "./rust_duration.ts";

/** What `format!("{:?}", duration)` gives. */
const RUST: readonly [milliseconds: number, text: string][] = [
  [0, "0ns"],
  [0.000001, "1ns"],
  [0.000999, "999ns"],
  [0.001, "1µs"],
  [0.0123, "12.3µs"],
  [0.999999, "999.999µs"],
  [1, "1ms"],
  [1.000001, "1.000001ms"],
  [1.05, "1.05ms"],
  [902.1, "902.1ms"],
  [902.1000000003, "902.1ms"],
  [999.999999, "999.999999ms"],
  [999.9999996, "1s"],
  [1000, "1s"],
  [1000.000001, "1.000000001s"],
  [1500, "1.5s"],
  [10_020, "10.02s"],
  [59_999.9999999, "60s"],
  [3_600_000, "3600s"],
  [86_400_000.5, "86400.0005s"],
  [1e15, "1000000000000s"],
];

Deno.test("rustDuration() writes a time as Rust's Debug of Duration does", async (t) => {
  for (const [milliseconds, text] of RUST) {
    await t.step(`${milliseconds} ms is ${text}`, () => {
      assert.equal(rustDuration(milliseconds), text);
    });
  }
});
