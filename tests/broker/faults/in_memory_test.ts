import assert from "node:assert/strict";
import { RunningProgram } from "../../support/running_program.ts";

const program = new URL("in_memory_program.ts", import.meta.url).pathname;

for (const flag of [[], ["--deny-net"]]) {
  Deno.test(`C21 a process in memory runs with ${flag[0] ?? "no permission"}, and loads no AMQP client`, async () => {
    await using running = new RunningProgram([
      "run",
      "--no-prompt",
      ...flag,
      program,
    ]);
    assert.equal(await running.exitCode(), 0, running.lines.join("\n"));
    assert.deepEqual(running.lines, ["answered 42", "loaded: none"]);
    assert.equal(await running.stderr, "");
  });
}

Deno.test("C21 the same program finds the AMQP client when it loads the RabbitMQ bus: it would have seen it", async () => {
  await using running = new RunningProgram([
    "run",
    "--no-prompt",
    "--allow-read", // of the bus, whose name the program computes at run time
    program,
    "@caryatid/process/rabbit-mq",
  ]);
  assert.equal(await running.exitCode(), 0, await running.stderr);
  assert.match(running.lines.at(-1)!, /^loaded: .*amqplib/);
});

Deno.test("C21 neither amqplib nor cbor-x is in the graph of what an in-memory process imports", async () => {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", program],
  }).output();
  assert(success);
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string }[];
  };
  const names = modules.map(({ specifier }) => specifier);
  assert(names.some((name) => name.endsWith("/in_memory.ts")), `${names}`);
  assert.doesNotMatch(names.join("\n"), /amqplib|cbor-x|rabbit_mq/);
});
