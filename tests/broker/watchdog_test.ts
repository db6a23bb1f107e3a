import assert from "node:assert/strict";
import { RunningProgram } from "../support/running_program.ts";
import { Watchdog } from "./watchdog.ts";

const PROGRAM = new URL("./abandoned_program.ts", import.meta.url).pathname;

Deno.test("a watchdog kills what is guarded and removes the folder after its program was killed with -9", async () => {
  await using program = new RunningProgram(["run", "-A", PROGRAM]);
  const folder = await program.line(/./);
  using changes = Deno.watchFs(folder);
  program.kill("SIGKILL");
  // ends with its standard output, which the guarded process keeps open
  await program.exitCode();
  for await (const { kind, paths } of changes) {
    // its content is removed first
    if (kind === "remove" && paths.includes(folder)) break;
  }
  await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
});

Deno.test("a watchdog's disposal does the same at once, and twice is harmless", async () => {
  const folder = await Deno.makeTempDir();
  const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  const watchdog = new Watchdog(folder);
  await watchdog.guard(child.pid);
  await watchdog[Symbol.asyncDispose]();
  assert.equal((await child.status).signal, "SIGKILL");
  await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
  await watchdog[Symbol.asyncDispose]();
});
