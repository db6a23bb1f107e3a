import assert from "node:assert/strict";
import { freePort } from "../../broker/free_port.ts";
import type { RunningProgram } from "../../support/running_program.ts";
import { caryatid, startCaryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

/** Sends Ctrl-C, and checks that the command ends without a stack trace. */
async function interrupt(program: RunningProgram): Promise<number> {
  program.kill("SIGINT");
  const code = await program.exitCode();
  assert([0, 130].includes(code), `${code}: ${program.log}`);
  assert.doesNotMatch(program.log, /Uncaught|panicked|\n +at /);
  return code;
}

Deno.test("Ctrl-C at once ends each command", async (t) => {
  await using folder = await ServiceFolder.make({
    "quick.ts": moduleText('name: "quick", init() {}'),
    "a.toml": '[module.quick]\nimport = "./quick.ts"\n',
  });
  const file = folder.file("a.toml");
  const broker = ["--url", `amqp://127.0.0.1:${freePort()}`];
  const commands = [
    ...["check", "graph", "compose", "schema", "permissions", "integrity"],
    ...["run", "up", "dev"],
  ].map((name) => [name, file]);
  for (
    const args of [
      ...commands,
      ["new", folder.file("shop")],
      ["compile", file, "--output", folder.file("binary")],
      ["spy", "#", ...broker],
      ["request", "a", "1", ...broker],
    ]
  ) {
    await t.step(args[0]!, async () => {
      await using program = startCaryatid(args);
      await interrupt(program);
    });
  }
  const left = await Array.fromAsync(Deno.readDir(folder.path));
  assert.deepEqual(left.map(({ name }) => name).toSorted(), [
    "a.toml",
    "quick.ts",
  ]);
});

Deno.test("Ctrl-C ends a command that waits for a broker", async (t) => {
  await using folder = await ServiceFolder.make({
    "away.toml": `[module.clock]
[message-bus.main]
class = "rabbit-mq"
url = "amqp://127.0.0.1:${freePort()}"
`,
  });
  const away = folder.file("away.toml");
  for (const name of ["run", "up", "dev"]) {
    await t.step(`${name} without a broker`, async () => {
      await using program = startCaryatid([name, away]);
      await program.line(/no connection to/);
      assert.equal(await interrupt(program), 0);
    });
  }
  await t.step("spy without a broker", async () => {
    const url = `amqp://127.0.0.1:${freePort()}`;
    await using program = startCaryatid(["spy", "#", "--url", url]);
    await program.until(
      () => /no connection to/.test(program.log) || undefined,
      () => program.log,
    );
    await interrupt(program);
  });
});

Deno.test("new works after an interrupted new", async () => {
  await using folder = await ServiceFolder.make({});
  const args = ["new", folder.file("shop")];
  {
    await using program = startCaryatid(args);
    await interrupt(program);
  }
  const { code, stderr } = await caryatid(args);
  assert.equal(code, 0, stderr);
});
