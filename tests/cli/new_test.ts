import assert from "node:assert/strict";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { ServiceFolder } from "./service_folder.ts";

Deno.test("new project writes a project whose configuration is right, whose tests pass, and which runs", async (t) => {
  await using folder = await ServiceFolder.make({});
  const project = folder.file("say-hello");
  const file = `${project}/caryatid.toml`;
  await t.step("it has at most six files", async () => {
    const ran = await caryatid(["new", "project", project]);
    assert.equal(ran.code, 0, ran.stderr);
    const files = [...Deno.readDirSync(project)].map(({ name }) => name);
    assert.deepEqual(files.sort(), [
      "README.md",
      "caryatid.toml",
      "deno.json",
      "say_hello.ts",
      "say_hello_test.ts",
    ]);
  });
  await t.step("it is formatted, linted and typed", async () => {
    for (const task of [["fmt", "--check"], ["lint"], ["check", "."]]) {
      await deno(project, task);
    }
  });
  await t.step("its tests pass", () => deno(project, ["task", "test"]));
  await t.step("its configuration is right", async () => {
    await deno(project, ["task", "check"]);
    const ran = await caryatid(["check", file]);
    assert.deepEqual(ran, {
      code: 0,
      stdout: "ok: 3 modules, 1 bus, 1 route",
      stderr: "",
    });
  });
  await t.step("it runs", async () => {
    await using program = startCaryatid(["run", file]);
    await program.line(/heard say-hello\.hello: .*Hello, world!/);
    await stop(program);
  });
  await t.step("nothing is written over", async () => {
    const ran = await caryatid(["new", project]);
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, /\[INVALID_OPTION\].*found a file, wanted none/);
  });
});

Deno.test("new module writes a module and its test, which passes", async () => {
  await using folder = await ServiceFolder.make({});
  await caryatid(["new", folder.file("base")]);
  const path = folder.file("base/price-watch");
  const ran = await caryatid(["new", "module", path]);
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(
    ran.stdout,
    ["price_watch.ts", "price_watch_test.ts"]
      .map((name) => folder.file(`base/${name}`)).join("\n"),
  );
  await deno(folder.file("base"), ["test", "price_watch_test.ts"]);
});

Deno.test("new refuses names that no module can have", async (t) => {
  await using folder = await ServiceFolder.make({ "a-file": "" });
  const cases: [words: string[], code: number, says: RegExp][] = [
    [["Hello_World"], 2, /\[INVALID_OPTION\].*lower-case words/],
    [["plugin", "x"], 2, /\[INVALID_OPTION\].*project or module/],
    [["module"], 2, /\[INVALID_OPTION\].*a path/],
    [["project"], 2, /\[INVALID_OPTION\].*a path/],
    [[folder.file("clock")], 2, /\[INVALID_OPTION\].*stands in its/],
    [["project", folder.file("spy")], 2, /\[INVALID_OPTION\].*stands in its/],
    [[folder.file("a-file/x")], 1, /\[STORAGE_FAILED\]/],
  ];
  for (const [words, code, says] of cases) {
    await t.step(words.join(" "), async () => {
      const ran = await caryatid(["new", ...words]);
      assert.equal(ran.code, code);
      assert.match(ran.stderr, says);
    });
  }
});

async function deno(cwd: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `deno ${args.join(" ")}\n${said.join("\n")}`);
}
