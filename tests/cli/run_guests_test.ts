import assert from "node:assert/strict";
import { startCaryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

Deno.test("D13 run ends in good order at a signal, also where a worker loops without end", async () => {
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
