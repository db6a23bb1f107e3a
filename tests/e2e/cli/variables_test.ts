import assert from "node:assert/strict";
import { parse } from "yaml";
import { RunningProgram } from "../../support/running_program.ts";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { CompiledFile } from "./compiling.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

/** A module that logs two keys, which the file of the service lacks. */
const talker = (version: number) =>
  moduleText(`
  name: "talker",
  config: z.object({
    say: z.string().default("nothing"),
    deep: z.object({ volume: z.number().default(1) }).prefault({}),
  }),
  init(context, { say, deep }) {
    context.log.info("v${version} said {say} at {volume}", {
      say,
      volume: deep.volume,
    });
    context.log.debug("v${version} logs debug records");
  },
`);
const FILES = {
  "talker.ts": talker(1),
  "service.toml": '[module.talker]\nimport = "./talker.ts"\n',
};
const OVERRIDES = {
  CARYATID_MODULE__TALKER__SAY: "by variable",
  CARYATID_MODULE__TALKER__DEEP__VOLUME: "7",
  CARYATID_LOG__LEVELS__TALKER: "debug",
};

Deno.test("run applies variables of keys that no file contains", async (t) => {
  await using folder = await ServiceFolder.make(FILES);
  const file = folder.file("service.toml");

  await t.step("at the start, and after a swap of the code", async () => {
    await using program = startCaryatid(["run", "--watch", file], OVERRIDES);
    await program.line(/v1 said by variable at 7/);
    await program.line(/v1 logs debug records/);
    await program.line(/ready in/);
    await Deno.writeTextFile(folder.file("talker.ts"), talker(2));
    await program.line(/v2 said by variable at 7/);
    await stop(program);
  });

  await t.step("in Rust's form", async () => {
    await using program = startCaryatid(["run", file], {
      "CARYATID_MODULE.TALKER.SAY": "with dots",
    });
    await program.line(/said with dots at 1/);
    await stop(program);
  });
});

Deno.test("run and check report a variable of an unknown key, with the nearest one", async () => {
  await using folder = await ServiceFolder.make(FILES);
  const file = folder.file("service.toml");
  for (const command of ["run", "check"]) {
    const { code, stderr } = await caryatid([command, file], {
      CARYATID_MODULE__TALKER__SAYS: "1",
    });
    assert.equal(code, 2, command);
    assert.match(
      stderr,
      /environment CARYATID_MODULE__TALKER__SAYS: .*unknown key.*"say"/,
    );
  }
});

Deno.test("run and check warn about a variable with _ between tables, with the right name", async () => {
  await using folder = await ServiceFolder.make(FILES);
  const file = folder.file("service.toml");
  const env = { CARYATID_MODULE_TALKER_SAY: "1" };
  const warning =
    /CARYATID_MODULE_TALKER_SAY: .*\(Write CARYATID_MODULE__TALKER__SAY\.\)/;
  const { code, stderr } = await caryatid(["check", file], env);
  assert.equal(code, 0);
  assert.match(stderr, warning);
  await using program = startCaryatid(["run", file], env);
  await program.line(warning);
  await stop(program);
});

Deno.test("a binary and a container apply variables of keys that the schemas of their modules have", async (t) => {
  await using folder = await ServiceFolder.make(FILES);
  const file = folder.file("service.toml");

  await t.step("compile", async () => {
    await using compiled = await CompiledFile.write([
      ...[file, "-o", folder.file("service")],
    ]);
    await using program = compiled.start([], OVERRIDES);
    await program.line(/v1 said by variable at 7/);
    await program.line(/v1 logs debug records/);
    await stop(program);
  });

  await t.step("compose", async () => {
    const { stdout } = await caryatid(["compose", file]);
    const { services } = parse(stdout) as {
      readonly services: Record<string, { readonly command: string[] }>;
    };
    const { command } = services["service"]!;
    await using program = new RunningProgram(command, OVERRIDES);
    await program.line(/v1 said by variable at 7/);
    await stop(program);
  });

  await t.step("run --print", async () => {
    const { stdout } = await caryatid(["run", file, "--print"]);
    assert.match(stdout, /CARYATID_MODULE__TALKER__DEEP__VOLUME/);
  });
});
