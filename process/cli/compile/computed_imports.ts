import { denoInfo } from "../deno_info.ts";
import { type Complaint, loadProblem } from "../inspection/inspection.ts";
import { projectFlags } from "../project.ts";
import type { Part, Subject } from "../subject.ts";

/** This package imports what configurations name; a binary gives it an importer of its own. */
const OWN = new URL("../../", import.meta.url).href;
const COMPUTED =
  /\bimport\s*\(\s*(?!["'`\s])|\bimport\s*\(\s*`[^`]*\$\{|\bnew\s+Worker\s*\(/;
const COMMENTS = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;

/**
 * The modules and buses whose code has an import that is worked out as it runs, or a worker: Deno embeds what is imported literally,
 * so a binary would lack what those name.
 */
export async function computedImports(subject: Subject): Promise<Complaint[]> {
  const found: Complaint[] = [];
  for (const part of subject.parts) {
    if (part.config.import === undefined) continue;
    const place = await computedImport(part, subject);
    if (place !== undefined) found.push(complaint(part, place));
  }
  return found;
}

function complaint(
  { config, kind, specifier }: Part,
  place: string,
): Complaint {
  const task = {
    ...config,
    kind,
    specifier,
    base: undefined,
    section: {},
    globalKeys: [],
  };
  return {
    ...loadProblem(
      task,
      `found a computed import, or a worker, at ${place}, ` +
        "wanted literal imports: Deno embeds no others",
    ),
    hint: "write its specifier out, or name what it imports by --include",
  };
}

/** Where the first one stands: `file:line`. */
async function computedImport(
  { specifier }: Part,
  { project }: Subject,
): Promise<string | undefined> {
  const told = await denoInfo(specifier!, projectFlags(project));
  if ("fault" in told) throw new Error(told.fault); // it was looked into a moment ago
  for (const source of told.info.modules) {
    if (source.local === undefined || source.specifier.startsWith(OWN)) {
      continue;
    }
    const text = await Deno.readTextFile(source.local);
    // Lines stay where they are.
    const code = text.replace(COMMENTS, (all) => all.replace(/[^\n]/g, " "));
    const at = code.search(COMPUTED);
    if (at < 0) continue;
    return `${source.specifier}:${code.slice(0, at).split("\n").length}`;
  }
}
