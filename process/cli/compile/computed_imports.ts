import { denoFault } from "../inspection/deno_fault.ts";
import { safeEnvironment } from "../inspection/child.ts";
import { type Complaint, loadProblem } from "../inspection/inspection.ts";
import { projectFlags } from "../project.ts";
import type { Part, Subject } from "../subject.ts";

/** A file of the code of a module, as `deno info --json` tells it. */
interface Source {
  readonly specifier: string;
  readonly local?: string;
}

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
  for (const source of await sourcesOf(specifier!, projectFlags(project))) {
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

async function sourcesOf(
  specifier: string,
  flags: readonly string[],
): Promise<readonly Source[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...flags, specifier],
    env: { ...safeEnvironment(), NO_COLOR: "1" },
    clearEnv: true,
  }).output();
  const decoder = new TextDecoder();
  if (success) return JSON.parse(decoder.decode(stdout)).modules;
  throw new Error(denoFault(decoder.decode(stderr))?.why); // it was looked into a moment ago
}
