import { PACKAGE_FOLDER } from "@caryatid/process/internal/platform";
import { CodeGraph } from "../deno/code_graph.ts";
import { type Finding, loadProblem } from "../inspection/inspection.ts";
import { projectFlags } from "../project/project.ts";
import type { CheckedConfig } from "../review/checked_config.ts";

/** A computed `import()` or a worker. */
const COMPUTED =
  /\bimport\s*\(\s*(?!["'`\s])|\bimport\s*\(\s*`[^`]*\$\{|\bnew\s+Worker\s*\(/;
const COMMENTS = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;

/**
 * Finds modules and buses whose code has a computed import or a worker: Deno
 * embeds only literal imports, so a binary would lack the imported code.
 * Computed imports of `@caryatid/process` do not count: a binary passes it an
 * importer.
 */
export async function computedImports(
  { parts, project }: CheckedConfig,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { config, specifier } of parts) {
    if (config.import === undefined) continue;
    const graph = await CodeGraph.of([specifier!], projectFlags(project));
    const place = await computedImport(graph);
    if (place === undefined) continue;
    found.push({
      ...loadProblem(
        { path: config.path, import: config.import, specifier },
        `found a computed import, or a worker, at ${place}; ` +
          "expected literal imports: Deno embeds no others",
      ),
      hint:
        "Write its specifier as a literal, or name what it imports by --include.",
    });
  }
  return found;
}

/** Returns the place of the first one as `file:line`. */
async function computedImport(graph: CodeGraph): Promise<string | undefined> {
  for (const [specifier, path] of graph.localCopies()) {
    if (specifier.startsWith(PACKAGE_FOLDER)) continue;
    const text = await Deno.readTextFile(path);
    // Line feeds stay, so that line numbers do.
    const code = text.replace(COMMENTS, (all) => all.replace(/[^\n]/g, " "));
    const at = code.search(COMPUTED);
    if (at < 0) continue;
    return `${specifier}:${code.slice(0, at).split("\n").length}`;
  }
}
