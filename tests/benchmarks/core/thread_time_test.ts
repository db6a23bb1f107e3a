import assert from "node:assert/strict";
import { RunningProgram } from "../../support/running_program.ts";

/** Prints the thread time of work and of a wait; only `-A` may read it. */
const PROGRAM = `
import { threadTime } from "${new URL("thread_time.ts", import.meta.url)}";
const start = threadTime();
let sum = 0;
while (threadTime() - start < 20) sum++;
const worked = threadTime();
await new Promise((resolve) => setTimeout(resolve, 500));
console.log(JSON.stringify([worked - start, threadTime() - worked]));`;

Deno.test({
  name:
    "threadTime grows while the thread works, and stands still while it waits",
  ignore: Deno.build.os !== "linux", // elsewhere it is the time of day
  async fn() {
    await using program = new RunningProgram(["eval", PROGRAM]);
    const [worked, waited] = JSON.parse(await program.line(/^\[/));
    assert(worked >= 20, `worked for ${worked} ms`);
    assert(waited < 250, `waited for ${waited} ms`);
  },
});

/** Prints the thread time of short pieces of work. */
const SHORT_WORK = `
import { threadTime } from "${new URL("thread_time.ts", import.meta.url)}";
const times = Array.from({ length: 20 }, () => {
  const before = threadTime();
  for (const end = performance.now() + 1; performance.now() < end;);
  return threadTime() - before;
});
console.log(JSON.stringify(times));`;

Deno.test({
  name: "threadTime includes work that is shorter than a tick of the kernel",
  ignore: Deno.build.os !== "linux", // elsewhere it is the time of day
  async fn() {
    await using program = new RunningProgram(["eval", SHORT_WORK]);
    const times: number[] = JSON.parse(await program.line(/^\[/));
    for (const time of times) assert(time > 0, `found ${times.join()} ms`);
  },
});
