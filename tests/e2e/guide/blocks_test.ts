/** The blocks of code of all pages. `deno test --doc` runs those in `ts`. */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { readConfig } from "../../../process/config/read_config.ts";
import { caryatid } from "../cli/caryatid.ts";
import { Program } from "../examples/program.ts";
import { blocksIn } from "../examples/readme.ts";
import { ROOT } from "../../support/running_program.ts";
import { PageFolder } from "./page_folder.ts";
import { allPages, isGuide } from "./pages.ts";

const CONFIG = `--config=${ROOT}deno.json`;
const HELP = await Deno.readTextFile(
  `${ROOT}docs/reference/command_help.md`,
);
const pages = await allPages();

Deno.test("the types of all code in Markdown files are right", async () => {
  await using folders = new AsyncDisposableStack();
  const files: string[] = [];
  for (const text of pages.values()) {
    const folder = folders.use(await PageFolder.of(text));
    files.push(...folder.files.filter((file) => file.endsWith(".ts")));
  }
  assert(files.length > 10);
  await using check = new Program(["check", CONFIG, ...files]);
  assert.equal(await check.ended(300_000), 0, await check.errors());
});

Deno.test("the service of rest.md is accepted, and its test passes", async (t) => {
  await using folder = await PageFolder.of(pages.get("docs/guide/rest.md")!);
  await t.step("check", async () => {
    const { code, stderr } = await caryatid([
      "check",
      `${folder.path}/caryatid.toml`,
    ]);
    assert.equal(code, 0, stderr);
  });
  await t.step("test", async () => {
    const file = `${folder.path}/users_test.ts`;
    await using test = new Program(["test", "--no-check", CONFIG, file]);
    assert.equal(await test.ended(), 0, await test.errors());
  });
});

for (const [page, text] of pages) {
  const blocks = blocksIn(text, "toml");
  if (blocks.length === 0 || !isGuide(page)) continue;
  Deno.test(`the configurations in ${page} are read without notices`, async () => {
    // Later blocks of a page build on earlier ones.
    const options = { env: {}, base: pathToFileURL(ROOT) };
    const { notices } = await readConfig(blocks, options);
    assert.deepEqual(notices, []);
  });
}

Deno.test("the commands in Markdown files name tasks, subcommands and options that exist", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const project = new Set(["dev", "test", "check", "run", "compile"]);
  const wrong: string[] = [];
  for (const line of pages.values().flatMap(commandLines)) {
    const [, task] = /deno task (?:-q )?([\w:-]+)/.exec(line) ?? [];
    if (task && !(task in tasks) && !project.has(task)) wrong.push(line);
    const [, command, rest = ""] = COMMAND.exec(line) ?? [];
    if (command === undefined) continue;
    const known = HELP.split(`\n## ${command}`).slice(1).join("");
    if (known === "") wrong.push(line);
    for (const [option] of rest.matchAll(/(?<= )--[\w-]+/g)) {
      if (!known.includes(option)) wrong.push(line);
    }
  }
  assert.deepEqual(wrong, []);
});

/** A command with its arguments; `complete` is hidden in the help. */
const COMMAND =
  /(?:^|deno task (?:-q )?)caryatid (?!complete\b)([a-z][\w-]*)(.*)/;

/** Commands in the shell blocks and in the text of a page. */
function commandLines(page: string): string[] {
  const blocks = blocksIn(page, "sh").flatMap((block) =>
    block.replaceAll("\\\n", " ").split("\n")
  );
  const inText = Array.from(
    page.matchAll(/`((?:deno task |caryatid )[^`]+)`/g),
    ([, code]) => code!,
  );
  return [...blocks, ...inText].map((line) => line.replace(/#.*/, ""));
}
