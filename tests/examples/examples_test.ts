import assert from "node:assert/strict";
import { Program } from "./program.ts";
import { blocksIn, distinct, outputsIn } from "./readme.ts";

/** What each example has to print before Ctrl-C; a text that stands twice, on two lines. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  simple: [
    'publisher: Sending { message: "Hello, world!" }',
    'subscriber: Received: { message: "Hello, world!" }',
  ],
  typed: [
    "publisher: Sending { Test: {",
    "subscriber: Received test: Hello, world! 42",
    "subscriber: Received string Bye!",
    'subscriber: Received JSON { message: "Hello, world!" }',
    'spy: heard sample.test: { Test: { data: "Hello, world!", number: 42 } }',
    "subscriber: The time sponsored by Caryatid is ",
    "subscriber: The time sponsored by Caryatid is ",
  ],
  request: [
    'responder: Handler received { message: "Hello, world!" }',
    "responder: Responding with {",
    'requester: Got response: { message: "Hello, world!", response: "Loud and clear" }',
    "requester: Got error: NO_HANDLER",
  ],
  multi: [
    ...Array(3).fill(
      'subscriber: Message from sample1.#: (sample1.test, { message: "Hello, world! from publisher #1" })',
    ),
    'subscriber: Message from sample2.#: (sample2.test, { message: "Hello, world! from publisher #2" })',
  ],
  performance: [
    "subscriber: Elapsed time: ",
    "subscriber: Count: 1000000",
    "subscriber: Average time: ",
    "subscriber: Rate: ",
  ],
};

const ENDING = ["SIGINT received, shutting down", "stopped with exit code 0"];

for (const [name, expected] of Object.entries(EXAMPLES)) {
  Deno.test(`examples/${name} prints what its README shows, and ends cleanly on Ctrl-C`, async () => {
    await using program = start(name);
    await program.until(expected);
    await stop(program);
    const readme = await Deno.readTextFile(
      new URL(`../../examples/${name}/README.md`, import.meta.url),
    );
    assert.deepEqual(
      distinct(outputsIn(readme).flat()),
      distinct(program.lines),
    );
    assert.deepEqual(blocksIn(readme, "sh"), [
      `deno run --allow-net examples/${name}/main.ts\n`,
    ]);
  });
}

Deno.test("two examples run at the same time", async () => {
  await using simple = start("simple");
  await using multi = start("multi");
  await simple.until(EXAMPLES.simple!);
  await multi.until(EXAMPLES.multi!);
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
    const entry of Deno.readDir(new URL("../../examples/", import.meta.url))
  ) {
    if (entry.isDirectory) names.push(entry.name);
  }
  assert.deepEqual(names.sort(), Object.keys(EXAMPLES).sort());
});

function start(name: string): Program {
  return Program.run(`examples/${name}/main.ts`, ["--allow-net"]);
}

async function stop(program: Program): Promise<void> {
  program.interrupt();
  assert.equal(await program.ended(), 0);
  await program.until(ENDING);
  assert.equal(program.errors, "");
}
