import assert from "node:assert/strict";
import { RunningProgram } from "../../support/running_program.ts";

const PROGRAM = new URL("loaded_files_program.ts", import.meta.url).pathname;

/** Returns the loaded files of monitor, tracing and OpenTelemetry. */
async function loaded(config: object): Promise<readonly string[]> {
  await using program = new RunningProgram([
    "run",
    "-A",
    PROGRAM,
    JSON.stringify({ ...config, log: { level: "error" } }),
  ]);
  assert.equal(await program.exitCode(), 0);
  assert(program.lines.some((file) => file.endsWith("/process/process.ts")));
  return program.lines.filter((file) =>
    /\/(monitor|snapshots|tracing)\/|opentelemetry/.test(file)
  );
}

Deno.test("a process without [monitor] and [tracing] loads no file of theirs", async () => {
  const files = await loaded({});
  assert.equal(files.length, 1);
  assert.match(files[0]!, /\/monitor\/monitor\.ts$/);
});

Deno.test("a process with [monitor] loads nothing of tracing and OpenTelemetry", async () => {
  const files = await loaded({ monitor: {} });
  assert(files.length > 1);
  assert.deepEqual(files.filter((file) => !/\/process\//.test(file)), []);
});
