import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { jsonLines } from "../../../modules/record/json_lines.ts";
import { TempFolder } from "../../../modules/record/testing/temp_folder.ts";
import { RunningProgram } from "../../support/running_program.ts";

const PROGRAM = fileURLToPath(import.meta.resolve("./read_program.ts"));
const FILE = "0000000000000000.jsonl";
const MESSAGES = 300_000;
const SIZE = 1_000;

Deno.test("a recording of 300 MB is read, and compared, in a fraction of that", async (t) => {
  await using folder = await TempFolder.make();
  await writeLarge(`${folder.path}/${FILE}`);
  for (const [what, most] of [["read", 150], ["diff", 250]] as const) {
    await t.step(what, async () => {
      const [result, megabytes] = await run(what, folder.path);
      assert.equal(result, String(MESSAGES));
      assert(Number(megabytes) < most, `took ${megabytes} MB`);
    });
  }
});

Deno.test("an entry without an end is an error before it fills the memory", async () => {
  await using folder = await TempFolder.make();
  const file = await Deno.open(`${folder.path}/${FILE}`, {
    create: true,
    write: true,
  });
  // gigabytes of zeros in a sparse file
  await file.truncate(8 * 2 ** 30);
  file.close();
  const [result, megabytes] = await run("read", folder.path);
  assert.equal(result, "RECORDING_DAMAGED");
  assert(Number(megabytes) < 500, `took ${megabytes} MB`);
});

async function writeLarge(path: string): Promise<void> {
  using file = await Deno.open(path, { create: true, write: true });
  const about = { topic: "a", time: 0, id: "0f", headers: {} };
  for (let sequence = 0; sequence < MESSAGES;) {
    const batch = jsonLines.batch();
    for (; batch.size < 2 ** 20 && sequence < MESSAGES; sequence++) {
      const message = `${sequence} `.padEnd(SIZE, "lorem ipsum ");
      batch.add(sequence, { ...about, message });
    }
    const bytes = batch.bytes();
    for (let done = 0; done < bytes.length;) {
      done += await file.write(bytes.subarray(done));
    }
  }
}

async function run(what: string, path: string): Promise<string[]> {
  await using program = new RunningProgram([
    "run",
    "--no-prompt",
    "--allow-read",
    PROGRAM,
    what,
    path,
  ]);
  assert.equal(await program.exitCode(), 0, await program.stderr);
  return program.lines.at(-1)!.split(" ");
}
