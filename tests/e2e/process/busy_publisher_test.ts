import assert from "node:assert/strict";
import { RunningProgram } from "../../support/running_program.ts";

const program = new URL("busy_publisher.ts", import.meta.url).pathname;

const SIGNALS = 5;

Deno.test("A24 a program that publishes without a pause receives SIGINT in 100 ms", async () => {
  await using running = new RunningProgram(["run", "--no-prompt", program]);
  await running.line(/begun/);
  const delays: number[] = [];
  for (let count = 1; count <= SIGNALS; count++) {
    const sent = Date.now();
    running.kill("SIGINT");
    const line = await running.line(/^received \d+$/, count);
    delays.push(Number(line.split(" ")[1]) - sent);
  }
  // Other programs use the cores as well, so most of the signals must be in
  // time, not all.
  const most = delays.toSorted((a, b) => a - b)[SIGNALS - 2]!;
  assert(most <= 100, `received after ${delays.join(", ")} ms`);
});
