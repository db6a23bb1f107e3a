import assert from "node:assert/strict";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "../support/running_program.ts";

/** Internal entries need no examples. */
const OWN =
  /\/(process\/internal\/\w+|cli\/inspection\/inspector|cli\/offline|cli\/run\/run_files|cli\/compiled\/run_compiled|process\/snapshots\/mod|isolation\/guest\/(main|bus|seal|sealed_loader|traced)|sdk\/bus\/internal|sdk\/tracing\/mod|sdk\/host\/(mod|checks|swapping))\.ts$/;
const KINDS: readonly string[] = ["function", "class"];

interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly { readonly kind: string }[];
}

interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly jsDoc?: JsDoc;
  }[];
}

interface DocModule {
  readonly module_doc?: JsDoc;
  readonly symbols: readonly DocSymbol[];
}

/**
 * Problems in the docs of the entries. `deno doc --lint` checks that docs
 * exist; this checks that they have examples.
 */
export interface DocsFound {
  readonly problems: readonly string[];
  /** Number of functions and classes. */
  readonly symbols: number;
  /** Counts of exported symbols by package. */
  readonly documented: ReadonlyMap<string, DocumentedCount>;
}

/** Exported symbols of a package. */
export interface DocumentedCount {
  /** Number of symbols with a docstring. */
  readonly documented: number;
  readonly all: number;
}

/**
 * Checks the docs of these files of the repository: each entry needs a
 * description, and each function and class an example.
 */
export async function docProblems(
  entries: readonly string[],
): Promise<DocsFound> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...entries],
    cwd: ROOT,
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  const { nodes }: { nodes: Record<string, DocModule> } = JSON.parse(
    decoder.decode(stdout),
  );
  const problems: string[] = [];
  let symbols = 0;
  const counts = new Map<string, DocumentedCount>();
  for (const [url, { module_doc, symbols: all }] of Object.entries(nodes)) {
    const entry = relative(ROOT, fileURLToPath(url));
    if (!module_doc?.doc) problems.push(`${entry}: found no @module docs`);
    const folder = entry.split("/")[0]!;
    const { documented, all: before } = counts.get(folder) ??
      { documented: 0, all: 0 };
    counts.set(folder, {
      documented: documented + all.filter(isDocumented).length,
      all: before + all.length,
    });
    if (OWN.test(url)) continue;
    const shown = all.filter(isCode);
    symbols += shown.length;
    for (const symbol of shown.filter((symbol) => !hasExample(symbol))) {
      problems.push(`${entry}: found no @example of ${symbol.name}`);
    }
  }
  return { problems, symbols, documented: counts };
}

function isDocumented({ declarations }: DocSymbol): boolean {
  return declarations.some(({ jsDoc }) => Boolean(jsDoc?.doc));
}

function isCode({ declarations }: DocSymbol): boolean {
  return declarations.some(({ kind }) => KINDS.includes(kind));
}

/**
 * Returns true if a declaration of the symbol has an example; one is enough for
 * all overloads. A symbol that a function returns has its example there.
 */
function hasExample({ declarations }: DocSymbol): boolean {
  return declarations.some(({ jsDoc }) =>
    /\bMade by \{@linkcode/.test(jsDoc?.doc ?? "") ||
    jsDoc?.tags?.some(({ kind }) => kind === "example")
  );
}
