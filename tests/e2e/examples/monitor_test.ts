import assert from "node:assert/strict";
import { readConfig } from "../../../process/config/read_config.ts";
import { ROOT } from "../../support/running_program.ts";
import { Program } from "./program.ts";
import { blocksIn, keysIn, readmeOf } from "./readme.ts";

const OUTPUT = "CARYATID_MONITOR__OUTPUT";

Deno.test("examples/monitor writes the file that its README shows, with the permissions that it names", async () => {
  const readme = await readmeOf("monitor");
  const [, command = ""] = blocksIn(readme, "sh");
  const [wanted = ""] = blocksIn(readme, "json");
  const folder = await Deno.makeTempDir();
  const flags = command.match(/--allow-\S+/g)!
    .map((flag) => flag.replace("/tmp/caryatid", folder));
  const output = `${folder}/monitor.json`;
  try {
    await using program = Program.run("examples/monitor/main.ts", flags, {
      [OUTPUT]: output,
    });
    // The file exists when the first of these lines appears, and has rates when
    // the last one appears.
    await program.until(Array(3).fill("quick has waited "));
    assert.equal(form(await Deno.readTextFile(output)), form(wanted));
    program.interrupt();
    assert.equal(await program.ended(), 0);
    assert.equal(await program.errors(), "");
    const last = JSON.parse(await Deno.readTextFile(output));
    assert.deepEqual(Object.keys(last), ["publisher", "quick", "slow"]);
    assert.equal(last.publisher.writes["work.todo"].pending_for, undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("docs/guide/monitor.md names every key of [monitor], and its real default", async () => {
  const page = await Deno.readTextFile(`${ROOT}docs/guide/monitor.md`);
  const keys = keysIn(page).filter(({ table }) => table === "monitor");
  assert.deepEqual(keys.slice(0, 5).map(({ key, value }) => [key, value]), [
    ["output", undefined],
    ["topic", undefined],
    ["opentelemetry", "false"],
    ["control", "[]"],
    ["frequency_secs", "5"],
  ]);
  const all = `[monitor]\noutput = "a"\ntopic = "a"\nopentelemetry = false\n` +
    "control = []\nfrequency_secs = 5";
  const { monitor: given } = await readConfig(all, { env: {} });
  const { monitor: base } = await readConfig("[monitor]", { env: {} });
  assert.deepEqual({ ...given, output: undefined, topic: undefined }, base);
});

/** Returns the file without its numbers, which change. */
function form(text: string): string {
  return text.replace(/\d+(\.\d+)?(ns|µs|ms|s)?/g, "N");
}
