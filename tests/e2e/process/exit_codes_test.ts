import assert from "node:assert/strict";
import { RunningProgram } from "../../support/running_program.ts";

interface Case {
  readonly program: string;
  /**
   * Signals: the first is sent when the program has started, the second when it
   * logs that it stops.
   */
  readonly signals?: readonly Deno.Signal[];
  readonly exitCode: number;
  readonly says?: RegExp;
}

const cases: readonly Case[] = [
  { program: "stops by a signal", signals: ["SIGINT"], exitCode: 0 },
  { program: "stops by a signal", signals: ["SIGTERM"], exitCode: 0 },
  {
    program: "fails in a loop",
    exitCode: 1,
    says: /caryatid\.program: \[MODULE_FAILED\].*the loop broke/,
  },
  {
    program: "fails in init",
    exitCode: 1,
    says: /\[INIT_FAILED\].*"program": init broke/,
  },
  {
    program: "has an unhandled rejection",
    exitCode: 1,
    says: /Error: not caught/,
  },
  {
    program: "throws in a timer",
    exitCode: 1,
    says: /Error: in a timer/,
  },
  {
    program: "has a bad section",
    exitCode: 2,
    says: /\[INVALID_CONFIG\].*module\.program\.on-failure/,
  },
  { program: "is broken TOML", exitCode: 2, says: /\[INVALID_CONFIG\].*:\d/ },
  {
    program: "imports a missing file",
    exitCode: 2,
    says: /\[LOAD_FAILED\].*\[module\.other\] from "\.\/not_there\.ts"/,
  },
  {
    program: "drains too slowly",
    signals: ["SIGINT"],
    exitCode: 3,
    says: /\[DRAIN_TIMEOUT\].*still running after .*: program/,
  },
  { program: "never stops", signals: ["SIGINT", "SIGINT"], exitCode: 130 },
  { program: "never stops", signals: ["SIGTERM", "SIGTERM"], exitCode: 143 },
  { program: "is slow to start", signals: ["SIGTERM"], exitCode: 0 },
];

const programs = new URL("programs.ts", import.meta.url).pathname;

for (const { program, signals = [], exitCode, says } of cases) {
  const on = signals.length > 0 ? ` on ${signals.join(" and ")}` : "";
  Deno.test(`D6 a program that ${program} exits with ${exitCode}${on}`, async () => {
    await using running = new RunningProgram([
      "run",
      "--no-prompt",
      "--allow-net",
      "--allow-read",
      programs,
      program,
    ]);
    const [first, second] = signals;
    if (first) {
      await running.line(/begun/);
      running.kill(first);
    }
    if (second) {
      await running.line(/received, shutting down/);
      running.insist(second);
    }
    assert.equal(await running.exitCode(), exitCode, running.lines.join("\n"));
    if (says) assert.match(running.lines.join("\n"), says);
    assert.equal(await running.stderr, "");
  });
}
