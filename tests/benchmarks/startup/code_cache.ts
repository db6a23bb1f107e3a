import assert from "node:assert/strict";
import type { RunningProgram } from "../../support/running_program.ts";

/**
 * Waits until a process has started, and stops it. Meanwhile Deno stores the
 * code cache of V8, which later starts use. It stores nothing if `Deno.exit`
 * ends a program right after its start, as in the measured runs.
 */
export async function storeCodeCache(program: RunningProgram): Promise<void> {
  await using running = program;
  await running.line(/ready in/);
  running.insist("SIGINT");
  assert.equal(await running.exitCode(), 0, await running.stderr);
}
