/**
 * Checks the published form of the packages: publishes them to a registry on
 * this machine, which refuses what JSR refuses, and checks the received files.
 *
 * ```sh
 * deno task publish:check          # reports errors, and hints for the score
 * deno task publish:check --list   # and which files are published
 * ```
 */
import { docProblems } from "./doc_rules.ts";
import { sourceOf } from "../../.ci/jsr/bundle.ts";
import { JsrRegistry } from "./jsr_registry.ts";
import { scoreHints } from "./jsr_score.ts";
import { moduleGraph } from "./module_graph.ts";
import { packageProblems, unreachedProblems } from "./package_rules.ts";
import { publishWorkspace } from "./publish.ts";
import type { Release } from "./release.ts";
import { ROOT } from "../support/running_program.ts";

/** Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  await using registry = new JsrRegistry();
  const { code, said } = await publishWorkspace(registry);
  if (code !== 0) {
    say(said);
    return code;
  }
  const docs = await docProblems(registry.latest.flatMap(entries));
  const problems = [...docs.problems];
  for (const release of registry.latest) {
    const reached = await reachedPaths(release, registry.url);
    problems.push(...packageProblems(release));
    problems.push(...unreachedProblems(release, reached));
    say(summary(release));
    if (args.includes("--list")) say([...release.files.keys()].join("\n"));
  }
  say(
    `${docs.symbols} functions and classes: ${docs.problems.length} problems`,
  );
  const workflow = await Deno.readTextFile(
    `${ROOT}.github/workflows/release.yml`,
  );
  for (const release of registry.latest) {
    const count = docs.documented.get(folderOf(release))!;
    for (const hint of scoreHints(release, count, workflow)) {
      say(`hint: ${hint}`);
    }
  }
  for (const problem of problems) say(`error: ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

/** Paths of the entries of a package in the repository. */
function entries(release: Release): string[] {
  const folder = folderOf(release);
  return Object.values(release.exports).map((path) =>
    sourceOf(path).replace(".", folder)
  );
}

function folderOf({ name }: Release): string {
  return name.replace("@caryatid/", "");
}

/** The paths in a package that its entries lead to. */
async function reachedPaths(
  { name, version, exports }: Release,
  registry: string,
): Promise<Set<string>> {
  const cache = await Deno.makeTempDir({ prefix: "caryatid_check_" });
  const own = `${registry}${name}/${version}`;
  const reached = new Set<string>();
  try {
    for (const entry of Object.keys(exports)) {
      const specifier = `jsr:${name}@${version}${entry.slice(1)}`;
      const env = { JSR_URL: registry, DENO_DIR: cache };
      for (const module of await moduleGraph(specifier, env)) {
        if (!module.specifier.startsWith(own)) continue;
        reached.add(module.specifier.slice(own.length));
      }
    }
    return reached;
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

function summary({ name, version, exports, files }: Release): string {
  const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0);
  return `${name}@${version}: ${Object.keys(exports).length} entries, ` +
    `${files.size} files, ${Math.round(bytes / 1024)} KiB`;
}

function say(text: string): void {
  // deno-lint-ignore no-console -- it is the program's output
  console.log(text);
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
