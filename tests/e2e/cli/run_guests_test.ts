import assert from "node:assert/strict";
import { startCaryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

Deno.test("D13 run stops gracefully at a signal, also if a worker loops without end", async () => {
  await using folder = await ServiceFolder.make({
    "loops.ts": moduleText(`
      name: "loops",
      init(context) {
        context.run(() => { for (;;); });
      },
    `),
    "service.toml": `
[module.loops]
import = "./loops.ts"
isolation = "worker"
on-failure = "ignore"
[module.loops.limits]
heartbeat = 0.5
`,
  });
  const file = folder.file("service.toml");
  await using program = startCaryatid(["run", file]);
  await program.line(/gave no sign of life for 0\.5 s/);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 0);
  await program.line(/stopped with exit code 0/);
});

Deno.test("run seals the code of workers: they import data of their folder and packages, and nothing else by a computed name", async () => {
  await using folder = await ServiceFolder.make({
    "data.json": '{ "word": "own" }',
    "late.ts": "export const word = 1;",
    "reads.ts": `
      import data from "./data.json" with { type: "json" };
      ${
      moduleText(`
      name: "reads",
      init(context) {
        context.run(async () => {
          context.log.info("read {word}", z.object({ word: z.string() }).parse(data));
          const late = "./late.ts";
          await import(late);
        });
      },
    `)
    }`,
    "service.toml": `
[module.reads]
import = "./reads.ts"
isolation = "worker"
on-failure = "ignore"
`,
  });
  await using program = startCaryatid(["run", folder.file("service.toml")]);
  await program.line(/read own/);
  await program.line(
    /late\.ts" in an isolated module: it is not in the sealed/,
  );
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 0);
});
