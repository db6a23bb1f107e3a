// deno-lint-ignore-file no-console -- prints its findings
/**
 * The text lint: `deno task lint:text [--wrap] [path…]`.
 *
 * Prints each use of a word or form that `rules.toml` lists, and fails if there
 * is one. `--wrap` wraps wide comments in these files and folders instead.
 */
import { fileURLToPath } from "node:url";
import { git } from "./git.ts";
import { piecesOf } from "./pieces.ts";
import { findHits, type Hit, parseRules, type Rules } from "./rules.ts";
import { wrapComments } from "./wrap.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

type Found = readonly [file: string, hit: Hit];

/** Runs the lint; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const rules = parseRules(
    await Deno.readTextFile(`${ROOT}.ci/text_lint/rules.toml`),
  );
  const paths = args.filter((arg) => !arg.startsWith("--"));
  if (args.includes("--wrap")) return await wrap(rules, paths);
  const found = await lint(rules, paths);
  print(found);
  console.log(`text lint: ${found.length} hits`);
  return found.length === 0 ? 0 : 1;
}

async function wrap(rules: Rules, paths: readonly string[]): Promise<number> {
  for (const file of await listFiles(rules, paths)) {
    if (!file.endsWith(".ts")) continue;
    const before = await readIfPresent(ROOT + file);
    const after = wrapComments(before, rules.columns);
    if (after === before) continue;
    await Deno.writeTextFile(ROOT + file, after);
    console.log(`wrapped ${file}`);
  }
  return 0;
}

function print(found: readonly Found[]): void {
  for (const [file, { line, rule, found: words, say }] of found) {
    console.error(`${file}:${line}: ${rule}: "${words}": ${say}`);
  }
}

/** Reads and lints the files below `paths`, or all files. */
async function lint(rules: Rules, paths: readonly string[]): Promise<Found[]> {
  const files = await listFiles(rules, paths);
  const found = await Promise.all(files.map(async (file): Promise<Found[]> => {
    const text = await readIfPresent(ROOT + file);
    return findHits(text, piecesOf(file, text), rules)
      .map((hit) => [file, hit] as const);
  }));
  return found.flat();
}

/** Lists the TypeScript and Markdown files that git tracks or would add. */
async function listFiles(
  rules: Rules,
  paths: readonly string[],
): Promise<string[]> {
  const listed = await git(
    ROOT,
    ...["ls-files", "--cached", "--others", "--exclude-standard", "--"],
    ...paths,
  );
  if (listed === undefined) throw new Error("git cannot list the files");
  return listed.split("\n").filter((file) =>
    /\.(ts|md)$/.test(file) && !rules.ignore.includes(file)
  );
}

/** A file that is deleted but still in git's index is empty. */
async function readIfPresent(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
