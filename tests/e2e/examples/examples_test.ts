import assert from "node:assert/strict";
import { EXPECTED } from "./expected.ts";
import { Program } from "./program.ts";
import { blocksIn, distinct, outputsIn, readmeOf } from "./readme.ts";

/**
 * Examples with a separate test file, because they end or do more than print;
 * that of haskell is in tests/interop.
 */
const TESTED_APART = [
  "container",
  "haskell",
  "hello",
  "observe",
  "orders",
  "plugins",
  "record",
  "rest",
  "sandbox",
];
const ENDING = ["SIGINT received, shutting down", "stopped with exit code 0"];

for (const [name, expected] of Object.entries(EXPECTED)) {
  Deno.test(`examples/${name} prints what its README shows, and ends cleanly on Ctrl-C`, async () => {
    await using program = start(name);
    await program.until(expected);
    await stop(program);
    const readme = await readmeOf(name);
    const [output = []] = outputsIn(readme);
    assert.deepEqual(distinct(output), distinct(program.lines));
    const [command] = blocksIn(readme, "sh");
    assert.equal(command, `deno run --allow-net examples/${name}/main.ts\n`);
  });
}

Deno.test("two examples run at the same time", async () => {
  await using simple = start("simple");
  await using multi = start("multi");
  await simple.until(EXPECTED.simple!);
  await multi.until(EXPECTED.multi!);
  await Promise.all([stop(simple), stop(multi)]);
});

Deno.test("examples/performance ends cleanly on Ctrl-C while it publishes", async () => {
  const count = "CARYATID_MODULE__PUBLISHER__COUNT";
  await using program = Program.run(
    "examples/performance/main.ts",
    ["--allow-net", `--allow-env=${count}`],
    { [count]: "1_000_000_000" },
  );
  await program.until(["publisher: Publishing 1000000000 messages"]);
  await stop(program);
});

Deno.test("every example is tested", async () => {
  const names: string[] = [];
  for await (
    const entry of Deno.readDir(new URL("../../../examples/", import.meta.url))
  ) {
    if (entry.isDirectory) names.push(entry.name);
  }
  assert.deepEqual(
    names.sort(),
    [...Object.keys(EXPECTED), ...TESTED_APART].sort(),
  );
});

function start(name: string): Program {
  return Program.run(`examples/${name}/main.ts`, ["--allow-net"]);
}

async function stop(program: Program): Promise<void> {
  program.interrupt();
  assert.equal(await program.ended(), 0);
  await program.until(ENDING);
  assert.equal(await program.errors(), "");
}
