import assert from "node:assert/strict";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "../support/running_program.ts";

/** Entries that only programs of ours call. */
const OWN =
  /\/(cli\/inspection\/inspector|cli\/offline|cli\/run_files|isolation\/guest\/(main|seal))\.ts$/;
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

/** What the docs of the entries lack: `deno doc --lint` sees that there are some, this that they show how. */
export interface DocsFound {
  readonly problems: readonly string[];
  /** How many functions and classes there are. */
  readonly symbols: number;
}

/** Looks into the docs of these files of the repository: each entry says what it is for, each function and class shows it. */
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
  for (const [url, { module_doc, symbols: all }] of Object.entries(nodes)) {
    const entry = relative(ROOT, fileURLToPath(url));
    if (!module_doc?.doc) problems.push(`${entry}: found no @module docs`);
    if (OWN.test(url)) continue;
    const shown = all.filter(isCode);
    symbols += shown.length;
    for (const symbol of shown.filter((symbol) => !hasExample(symbol))) {
      problems.push(`${entry}: found no @example of ${symbol.name}`);
    }
  }
  return { problems, symbols };
}

function isCode({ declarations }: DocSymbol): boolean {
  return declarations.some(({ kind }) => KINDS.includes(kind));
}

/** One for all that a name is overloaded with. What a function makes is shown where that is. */
function hasExample({ declarations }: DocSymbol): boolean {
  return declarations.some(({ jsDoc }) =>
    /\bMade by \{@linkcode/.test(jsDoc?.doc ?? "") ||
    jsDoc?.tags?.some(({ kind }) => kind === "example")
  );
}
