import assert from "node:assert/strict";
import { idleTime } from "./idle_time.ts";

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("idleTime() counts at most 10 ms of each cycle, however long its round trip takes", async () => {
  let cycles = 0;
  const slow = async () => {
    cycles++;
    await pause(50);
  };
  const time = await idleTime(pause(300), "300 ms", slow);
  assert(cycles > 0);
  assert.equal(time, 10 * cycles);
});

Deno.test("idleTime() is never longer than the time", async () => {
  const began = performance.now();
  const short = await idleTime(pause(20), "20 ms");
  const long = await idleTime(pause(400), "400 ms");
  assert(short > 0);
  assert(short + long <= performance.now() - began);
});

Deno.test("idleTime() rejects as the work does", async () => {
  const failed = Promise.reject(new Error("failed"));
  await assert.rejects(idleTime(failed, "the failure"), { message: "failed" });
});
