// deno-lint-ignore-file no-console -- prints its report
/**
 * Builds the site of the documentation into `site/`: `deno task docs:site`.
 * `--preview` serves the site then; `--dev` serves pages while they are edited.
 */
import { parseArgs } from "node:util";
import { apiEntries } from "../reference/api_entries.ts";
import { withEntries } from "./api_index.ts";
import { brokenLinks } from "./built_links.ts";
import { ROOT } from "./pages.ts";

const FOLDER = `${ROOT}.ci/site`;
const SITE = `${ROOT}site`;

/** Runs Deno, and ends this program with its exit code if it fails. */
async function deno(args: readonly string[], cwd: string): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
}

/** Runs a command of VitePress, in the version that `deno.json` pins. */
async function vitepress(...args: readonly string[]): Promise<void> {
  const config = `${FOLDER}/site.json`;
  const { imports } = JSON.parse(await Deno.readTextFile(config));
  const flags = ["run", "-A", "--quiet", "--config", config];
  await deno([...flags, imports.vitepress, ...args], FOLDER);
}

/** Writes the reference of the API, from the docstrings of all entries. */
async function writeApi(): Promise<void> {
  const entries = apiEntries();
  const flags = ["doc", "--quiet", "--html", "--name=Caryatid"];
  const files = entries.map(({ file }) => file);
  await deno([...flags, `--output=${SITE}/api`, ...files], ROOT);
  const index = `${SITE}/api/index.html`;
  const page = await Deno.readTextFile(index);
  await Deno.writeTextFile(index, withEntries(page, entries));
}

async function build(): Promise<void> {
  await vitepress("build");
  await writeApi();
  const { pages, links, broken } = await brokenLinks(SITE);
  for (const link of broken) console.error(`broken link: ${link}`);
  console.log(
    `${pages} pages in site/, ${links} links, ${broken.length} broken`,
  );
  if (broken.length > 0) Deno.exit(1);
}

const { values } = parseArgs({
  options: { preview: { type: "boolean" }, dev: { type: "boolean" } },
});
if (values.dev) {
  await vitepress("dev");
} else {
  await build();
  if (values.preview) await vitepress("preview");
}
