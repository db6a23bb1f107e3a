import assert from "node:assert/strict";
import { RunningProgram } from "../../support/running_program.ts";

const program = new URL("busy_publisher.ts", import.meta.url).pathname;

/** Number of signals that must be received in time. */
const IN_TIME = 3;
/** Maximum number of signals: others use the cores as well. */
const SIGNALS = 20;

Deno.test("A24 a program that publishes without a pause receives SIGINT in 100 ms", async () => {
  await using running = new RunningProgram(["run", "--no-prompt", program]);
  await running.line(/begun/);
  const delays: number[] = [];
  const inTime = () => delays.filter((delay) => delay <= 100).length;
  for (let count = 1; count <= SIGNALS && inTime() < IN_TIME; count++) {
    const sent = Date.now();
    running.kill("SIGINT");
    const line = await running.line(/^received \d+$/, count);
    delays.push(Number(line.split(" ")[1]) - sent);
  }
  assert.equal(inTime(), IN_TIME, `received after ${delays.join(", ")} ms`);
});
