import assert from "node:assert/strict";
import { caryatid, startCaryatid, stop } from "../e2e/cli/caryatid.ts";
import { ServiceFolder } from "../e2e/cli/service_folder.ts";
import { inherited } from "../support/running_program.ts";

const COMMON = [".vscode", "README.md", "caryatid.toml", "deno.json"];
/** Files of projects that `deno task compile` makes a binary of. */
const IMAGE = [".dockerignore", ".gitignore", "Dockerfile"];
const HELLO = /received say-hello\.hello: .*Hello, world!/;

for (
  const [template, common, code, says] of [
    ["service", [...COMMON, ...IMAGE], 7, /REST server listening on/],
    ["worker", [...COMMON, ...IMAGE], 2, HELLO],
    ["plugin", COMMON, 2, HELLO],
  ] as const
) {
  Deno.test(`new writes a ${template} that checks, tests and runs`, async (t) => {
    // as in a folder of a clone, whose deno.json is a workspace
    await using folder = await ServiceFolder.make({
      "deno.json": '{ "workspace": ["./member"] }',
    });
    await Deno.mkdir(folder.file("member"));
    await Deno.writeTextFile(folder.file("member/deno.json"), "{}");
    const project = folder.file("say-hello");
    const file = `${project}/caryatid.toml`;
    await t.step(
      "the project has few files, and the next three commands",
      async () => {
        const args = ["new", project, "--template", template];
        const ran = await caryatid(args);
        assert.equal(ran.code, 0, ran.stderr);
        const files = [...Deno.readDirSync(project)].map(({ name }) => name);
        assert.equal(files.length, common.length + code, files.join());
        for (const name of common) assert(files.includes(name), name);
        assert.match(
          ran.stdout,
          /\n\nNext:\n {2}cd .*say-hello\n {2}deno task dev\n {2}(curl|deno task test).*$/,
        );
      },
    );
    await t.step("it has a task compile if it has a Dockerfile", async () => {
      const text = await Deno.readTextFile(`${project}/deno.json`);
      const readme = await Deno.readTextFile(`${project}/README.md`);
      const { tasks } = JSON.parse(text);
      const hasImage = common.includes("Dockerfile");
      assert.equal("compile" in tasks, hasImage);
      assert.equal(/compile|Dockerfile/.test(readme), hasImage);
    });
    await t.step("the project passes fmt and lint", async () => {
      for (const task of [["fmt", "--check"], ["lint"]]) {
        await deno(project, task);
      }
    });
    await t.step(
      "configuration and types are valid, without a warning",
      async () => {
        const stderr = await deno(project, ["task", "check"]);
        assert.doesNotMatch(stderr, /warning/i);
      },
    );
    await t.step("its tests pass", async () => {
      await deno(project, ["task", "test"]);
    });
    await t.step("the project runs", async () => {
      const port = { CARYATID_MODULE__REST_SERVER__PORT: "0" };
      await using program = startCaryatid(
        ["run", file],
        template === "service" ? port : {},
      );
      await program.line(says);
      await stop(program);
    });
    await t.step("existing files are not overwritten", async () => {
      const ran = await caryatid(["new", project]);
      assert.equal(ran.code, 2);
      assert.match(
        ran.stderr,
        /\[INVALID_OPTION\].*found a file; expected none/,
      );
    });
  });
}

Deno.test("new writes a module with a passing test", async () => {
  await using folder = await ServiceFolder.make({});
  await caryatid(["new", folder.file("base"), "--template", "worker"]);
  const path = folder.file("base/price-watch");
  const ran = await caryatid(["new", path, "--template", "module"]);
  assert.equal(ran.code, 0, ran.stderr);
  const written = ["price_watch.ts", "price_watch_test.ts"]
    .map((name) => folder.file(`base/${name}`)).join("\n");
  assert(ran.stdout.startsWith(`${written}\n\nNext:\n`), ran.stdout);
  await deno(folder.file("base"), ["test", "price_watch_test.ts"]);
});

Deno.test("new refuses wrong names and templates", async (t) => {
  await using folder = await ServiceFolder.make({ "a-file": "" });
  const cases: [words: string[], code: number, says: RegExp][] = [
    [["Hello_World"], 2, /\[INVALID_OPTION\].*lower-case words/],
    [[], 2, /missing required argument/],
    [["x", "--template", "servce"], 2, /\[INVALID_OPTION\].*Write "service"/],
    [
      [folder.file("clock"), "--template", "worker"],
      2,
      /\[INVALID_OPTION\].*a module in its/,
    ],
    [[folder.file("a-file/x")], 1, /\[STORAGE_FAILED\]/],
  ];
  for (const [words, code, says] of cases) {
    await t.step(words.join(" ") || "no name", async () => {
      const ran = await caryatid(["new", ...words]);
      assert.equal(ran.code, code);
      assert.match(ran.stderr, says);
    });
  }
});

/** Runs Deno in a folder. Returns its standard error. */
async function deno(cwd: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    clearEnv: true,
    env: { ...inherited(), NO_COLOR: "1" },
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `deno ${args.join(" ")}\n${said.join("\n")}`);
  return said[1]!;
}
