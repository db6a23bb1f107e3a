import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";

const MODULES = "[module.clock]\n[module.greeter]\n[module.spy]\n";
const TWO = MODULES + `
  [process.time]
  modules = ["clock"]
  [process.talk]
  modules = ["spy", "greeter"]
`;

Deno.test("readConfig() reads the processes of a file, and all modules if none is named", async () => {
  const { modules, processes, process } = await readConfig(TWO, { env: {} });
  assert.deepEqual(modules.map(({ id }) => id), ["clock", "greeter", "spy"]);
  assert.deepEqual(processes, [
    { name: "time", modules: ["clock"] },
    { name: "talk", modules: ["spy", "greeter"] },
  ]);
  assert.equal(process, undefined);
});

Deno.test("a named process has only its modules, in the order of their sections", async () => {
  const config = await readConfig(TWO, { env: {}, process: "talk" });
  assert.deepEqual(config.modules.map(({ id }) => id), ["greeter", "spy"]);
  assert.equal(config.process, "talk");
});

Deno.test("a module may be in several processes", async () => {
  const toml = TWO.replace('"spy", ', '"clock", ');
  for (const process of ["time", "talk"]) {
    const { modules } = await readConfig(toml, { env: {}, process });
    assert.equal(modules[0]!.id, "clock");
  }
});

Deno.test("each process has a separate file for its monitor", async (t) => {
  const cases = [
    ["state.json", "state.talk.json"],
    ["/var/run.d/state", "/var/run.d/state.talk"],
    ["a.b/state.tar.gz", "a.b/state.tar.talk.gz"],
  ];
  for (const [output, own] of cases) {
    await t.step(output!, async () => {
      const toml = `${TWO}\n[monitor]\noutput = "${output}"`;
      const { monitor } = await readConfig(toml, { env: {}, process: "talk" });
      assert.equal(monitor?.output, own);
    });
  }
});

Deno.test("[log.levels] may name the modules of all processes", async () => {
  const toml = `${TWO}\n[log.levels]\nclock = "debug"`;
  const { notices } = await readConfig(toml, { env: {}, process: "talk" });
  assert.deepEqual(notices, []);
});

Deno.test("a variable may change the modules of a process", async () => {
  const env = { CARYATID_PROCESS__TIME__MODULES: '["spy"]' };
  const { modules } = await readConfig(TWO, { env, process: "time" });
  assert.deepEqual(modules.map(({ id }) => id), ["spy"]);
});

Deno.test("wrong processes are reported with the expected value", async (t) => {
  const cases: [toml: string, says: string][] = [
    [
      '[process.a]\nmodules = ["clokc"]',
      'process.a.modules[0]: found "clokc"; expected the id of a module',
    ],
    ["[process.a]\nmodules = [1]", "found 1; expected the id of a module"],
    [
      '[process.a]\nmodules = ["spy", "spy"]',
      "process.a.modules[1]: found a module for the second time",
    ],
    ["[process.a]\nmodules = []", "expected an array of ids of modules"],
    ["[process.a]", "expected an array of ids of modules"],
    ['[process.a]\nmodules = "spy"', 'found "spy"; expected an array of ids'],
    ['[process.a]\nmodules = ["spy"]\nmodule = 1', "found an unknown key"],
    ['[process."a b"]\nmodules = ["spy"]', "a name that no process can have"],
    ["[process]\na = 1", "process.a: found 1; expected a table"],
    ["process = 1", "process: found 1; expected a table"],
  ];
  for (const [toml, says] of cases) {
    await t.step(toml.replaceAll("\n", " "), async () => {
      await assert.rejects(
        readConfig([MODULES, toml], { env: {} }),
        (error: Error & { code: string }) => {
          assert.equal(error.code, "INVALID_CONFIG");
          assert(error.message.includes(says), error.message);
          return true;
        },
      );
    });
  }
});

Deno.test("an unknown process is reported with the nearest known name", async () => {
  const problem = async (toml: string) => {
    try {
      await readConfig(toml, { env: {}, process: "tlak" });
    } catch (error) {
      const { code, message, hint } = error as Error & Record<string, unknown>;
      return [code, message, hint];
    }
  };
  assert.deepEqual(await problem(TWO), [
    "INVALID_CONFIG",
    '<config>:5:4: Cannot use process: found "tlak"; ' +
    "expected a process of the configuration",
    'Write "talk".',
  ]);
  assert.deepEqual(
    (await problem(MODULES))?.[2],
    "Add [process.tlak] with modules = [ … ].",
  );
});
