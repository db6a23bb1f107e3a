import assert from "node:assert/strict";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const FILES = {
  "talker.ts": moduleText(`
  name: "talker",
  config: z.object({ say: z.string().default("hello") }),
  init(context, config) {
    context.log.info("said {say}", { say: config.say });
  },
`),
  "service.toml":
    '[module.talker]\nimport = "./talker.ts"\nsay = "file"\n[process.a]\nmodules = ["talker"]\n',
};

Deno.test("run --env-prefix reads variables with that prefix, and grants no others", async () => {
  await using folder = await ServiceFolder.make(FILES);
  const file = folder.file("service.toml");
  const args = ["run", file, "--env-prefix", "ACROPOLIS"];
  const printed = await caryatid([...args, "--print"]);
  assert.match(printed.stdout, /--allow-env='?ACROPOLIS_\*/);
  assert.doesNotMatch(printed.stdout, /CARYATID_\*/);
  await using program = startCaryatid(args, {
    ACROPOLIS_MODULE__TALKER__SAY: "acropolis",
    CARYATID_MODULE__TALKER__SAY: "caryatid",
  });
  await program.line(/said acropolis/);
  await stop(program);
});

Deno.test("commands that read a configuration accept --env-prefix", async (t) => {
  await using folder = await ServiceFolder.make(FILES);
  const file = folder.file("service.toml");
  const env = { ACROPOLIS_MODULE__TALKER__SAI: "1" };
  const prefix = ["--env-prefix", "ACROPOLIS"];

  await t.step("check reports a variable by its name", async () => {
    const { code, stderr } = await caryatid(["check", file, ...prefix], env);
    assert.equal(code, 2);
    assert.match(stderr, /environment ACROPOLIS_MODULE__TALKER__SAI: .*"say"/);
    const other = await caryatid(["check", file], env);
    assert.equal(other.stderr, "");
  });

  await t.step("permissions lists the grant", async () => {
    const { stdout } = await caryatid(["permissions", file, ...prefix]);
    assert.match(stdout, /process +env +ACROPOLIS_\* /);
    assert.match(stdout, /--allow-env='?ACROPOLIS_\*/);
  });

  await t.step("compose grants it in the container", async () => {
    const { stdout } = await caryatid(["compose", file, ...prefix]);
    assert.match(stdout, /--allow-env=ACROPOLIS_\*/);
  });

  await t.step("compile embeds it", async () => {
    const { stdout } = await caryatid(["compile", file, "--print", ...prefix]);
    assert.match(stdout, /envPrefix: "ACROPOLIS"/);
    assert.match(stdout, /--allow-env=ACROPOLIS_\*/);
  });
});

Deno.test("commands refuse a prefix that no variable can have", async () => {
  await using folder = await ServiceFolder.make(FILES);
  const file = folder.file("service.toml");
  for (const command of ["run", "check", "permissions", "compile"]) {
    for (const prefix of ["acropolis", "ACROPOLIS_", ""]) {
      const args = [command, file, `--env-prefix=${prefix}`];
      const { code, stderr } = await caryatid(args);
      assert.equal(code, 2, `${args}`);
      assert.match(stderr, /\[INVALID_OPTION\] Cannot use the prefix/);
    }
  }
  const { stderr } = await caryatid(["run", file, "--env-prefix"]);
  assert.match(stderr, /\[INVALID_OPTION\].*'--env-prefix <prefix>'/);
});
