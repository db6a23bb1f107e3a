// deno-lint-ignore-file no-console
/**
 * `deno task release 0.2.0`: writes a version into all files that have it, and
 * moves the unreleased entries in CHANGELOG.md to it. It does not commit, tag
 * or push. `--dry-run` lists the files; `--check v0.2.0` checks a tag.
 */
import { parseArgs } from "node:util";
import { Refusal } from "./refusal.ts";
import { checkTag, planRelease } from "./release.ts";

const USAGE = "deno task release VERSION [--dry-run] | --check TAG";

async function main(args: readonly string[]): Promise<string> {
  const { values, positionals } = parse(args);
  const root = Deno.cwd();
  if (values.check !== undefined) {
    await checkTag(root, values.check);
    return `${values.check} is what is released`;
  }
  const [version, ...rest] = positionals;
  if (version === undefined || rest.length > 0) throw new Refusal(USAGE);
  const day = new Date().toISOString().slice(0, 10);
  const files = await planRelease(root, version, day);
  const names = [...files.keys()].map((name) => `  ${name}`).join("\n");
  if (values["dry-run"]) return `Would write ${version} to\n${names}`;
  for (const [name, text] of files) {
    await Deno.writeTextFile(`${root}/${name}`, text);
  }
  return `Wrote ${version} to\n${names}\n\nNext:\n${nextSteps(version)}`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { "dry-run": { type: "boolean" }, check: { type: "string" } },
    });
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n${USAGE}`);
  }
}

function nextSteps(version: string): string {
  return [
    "deno task ok",
    `git commit -am "chore: release ${version}"`,
    `git tag v${version}`,
    `git push origin HEAD v${version}   # the tag makes GitHub publish`,
  ].map((step) => `  ${step}`).join("\n");
}

try {
  console.log(await main(Deno.args));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`Cannot release: ${error.message}`);
  Deno.exitCode = 1;
}
