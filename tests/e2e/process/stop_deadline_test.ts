import assert from "node:assert/strict";
import { RunningProgram } from "../../support/running_program.ts";

const programs = new URL("stop_deadline_program.ts", import.meta.url).pathname;

/** Maximum time from the signal to the end, in milliseconds. */
const IN_TIME = 4_000;

interface Case {
  readonly program: string;
  readonly exitCode: number;
  readonly says?: RegExp;
  /** True if it ends by itself, without a signal. */
  readonly failing?: boolean;
}

const stillRunning = /\[DRAIN_TIMEOUT\].*still running after 0\.5 s: program/;

const cases: readonly Case[] = [
  { program: "has a slow handler", exitCode: 3, says: stillRunning },
  {
    program: "has a slow handler and fails",
    exitCode: 1,
    says: stillRunning,
    failing: true,
  },
  { program: "has a slow init", exitCode: 0 },
  { program: "has a slow clean-up", exitCode: 3, says: stillRunning },
  { program: "blocks the event loop", exitCode: 3, says: stillRunning },
];

for (const { program, exitCode, says, failing } of cases) {
  Deno.test(`D5 a program that ${program} ends with exit code ${exitCode} although its timer has not fired`, async () => {
    await using running = start(program);
    await running.line(/begun/);
    if (!failing) running.kill("SIGTERM");
    assert.equal(
      await running.exitCode(IN_TIME),
      exitCode,
      running.lines.join("\n"),
    );
    const lines = running.lines.join("\n");
    if (says) assert.match(lines, says);
    assert.match(lines, new RegExp(`stopped with exit code ${exitCode}$`));
    assert.equal(await running.stderr, "");
  });
}

Deno.test("D5 a program that embeds a process continues after the stop deadline", async () => {
  await using running = start("has a slow handler", "embedded");
  await running.line(/begun/);
  running.kill("SIGTERM");
  await running.line(/stopped with exit code 3/);
  await running.line(/the program continues/);
  assert.equal(await running.exitCode(), 3);
});

function start(...args: readonly string[]): RunningProgram {
  return new RunningProgram(["run", "--no-prompt", programs, ...args]);
}
