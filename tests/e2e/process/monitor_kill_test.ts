import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RunningProgram } from "../../support/running_program.ts";

const PROGRAM = fileURLToPath(
  new URL("./monitored_program.ts", import.meta.url),
);
const KILLS = 8;
const READS = 20;

Deno.test("a reader finds a monitor file complete, also after kill -9 during a write", async () => {
  const folder = await Deno.makeTempDir();
  const output = `${folder}/monitor.json`;
  try {
    for (let n = 0; n < KILLS; n++) {
      // A program first writes what it has published so far.
      await Deno.remove(output).catch(() => {});
      await using program = start(folder, output);
      await program.line(/busy: busy/);
      // Each check takes some milliseconds, so that each kill hits another
      // moment of a write.
      await until(() => existsSync(output) && topicsIn(output) === 900);
      for (let looks = n; looks < READS; looks++) {
        topicsIn(output);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      program.kill("SIGKILL");
      await program.exitCode();
      assert.equal(topicsIn(output), 900);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function start(folder: string, output: string): RunningProgram {
  return new RunningProgram([
    "run",
    "--no-prompt",
    `--allow-read=${folder}`,
    `--allow-write=${folder}`,
    PROGRAM,
    output,
  ]);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Throws if the file is incomplete. */
function topicsIn(output: string): number {
  const { busy } = JSON.parse(Deno.readTextFileSync(output));
  return Object.keys(busy.writes).length;
}
