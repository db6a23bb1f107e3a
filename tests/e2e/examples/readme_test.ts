import assert from "node:assert/strict";
import { ROOT } from "../../support/running_program.ts";
import { Program } from "./program.ts";
import { blocksIn, distinct, outputsIn } from "./readme.ts";

const README = await Deno.readTextFile(`${ROOT}README.md`);
const DEPENDENCIES = await Deno.readTextFile(
  `${ROOT}docs/reference/dependencies.md`,
);
const [SIMPLE = [], GREETER = []] = outputsIn(README);
const CONFIG = `--config=${ROOT}deno.json`;

Deno.test("README.md shows what examples/simple prints", async () => {
  await using program = Program.run("examples/simple/main.ts", ["--allow-net"]);
  await program.until(["subscriber: Received: "]);
  program.interrupt();
  assert.equal(await program.ended(), 0);
  assert.deepEqual(distinct(SIMPLE), distinct(program.lines));
});

Deno.test("README.md has a module, a configuration and a test that work together", async (t) => {
  await using folder = await Folder.of(README);
  await t.step("the command prints what the README shows", async () => {
    const path = folder.path("greeter.toml");
    await using program = new Program(["task", "-q", "caryatid", "run", path]);
    assert(GREETER.length > 0);
    await program.until(GREETER);
    program.interrupt();
    assert.equal(await program.ended(), 0);
    assert.equal(await program.errors(), "");
  });
  await t.step("their types are right", async () => {
    const path = folder.path("greeter_test.ts");
    await using check = new Program(["check", CONFIG, path]);
    // A new folder has no cached results.
    assert.equal(await check.ended(300_000), 0);
  });
  await t.step("the test passes", async () => {
    const path = folder.path("greeter_test.ts");
    const flags = ["--no-prompt", "--no-check", CONFIG];
    await using test = new Program(["test", ...flags, path]);
    await test.until(["greeter says hello on every second tick ... ok"]);
    assert.equal(await test.ended(), 0);
  });
});

Deno.test("README.md lists every example, and a task starts each but container", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const [, chapter = ""] = README.split("## Examples");
  const listed = chapter.matchAll(/^\| \[(\w+)\]\(examples\/\1\/\)/gm);
  const names = [...listed].map(([, name]) => name!);
  const folders: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}examples`)) {
    if (isDirectory) folders.push(name);
  }
  assert.deepEqual(names.toSorted(), folders.sort());
  const started = names.filter((name) => `example:${name}` in tasks);
  assert.deepEqual(started, names.filter((name) => name !== "container"));
  const halved = names.filter((name) => `example:${name}:rabbitmq` in tasks);
  assert.deepEqual(halved, names.slice(1, 5));
});

Deno.test("docs/reference/dependencies.md gives each dependency a reason, and names no other", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const [, chapter = ""] = DEPENDENCIES.split("# Dependencies");
  const named = chapter.matchAll(/^\| \[(\S+)\]\(\S+\) +\| \w/gm);
  assert.deepEqual(
    [...named].map(([, name]) => name).sort(),
    Object.keys(imports).sort(),
  );
});

/** Returns the files of a README by the name in their first line. */
class Folder implements AsyncDisposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static async of(readme: string): Promise<Folder> {
    const folder = new Folder(await Deno.makeTempDir());
    for (const language of ["ts", "ts ignore", "toml"]) {
      for (const block of blocksIn(readme, language)) {
        const name = block.match(/^(?:\/\/|#) (\S+\.(?:ts|toml))\n/)?.[1];
        if (name) await Deno.writeTextFile(folder.path(name), block);
      }
    }
    return folder;
  }

  path(name: string): string {
    return `${this.#path}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#path, { recursive: true });
  }
}
