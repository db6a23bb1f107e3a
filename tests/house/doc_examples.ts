/** The examples in the docstrings of public functions and classes. */
import { ROOT } from "../support/running_program.ts";

interface DocNode {
  readonly name: string;
  readonly kind?: string;
  readonly jsDoc?: JsDoc;
  readonly declarations?: readonly Declaration[];
}

interface Declaration {
  readonly kind: string;
  readonly jsDoc?: JsDoc;
}

interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly { readonly kind: string }[];
}

/**
 * Returns the exported functions and classes of an entry that have neither an
 * example nor the words "Made by", as `path: name`.
 */
export async function withoutExample(entry: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", entry],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const output = JSON.parse(new TextDecoder().decode(stdout));
  const nodes: DocNode[] = Array.isArray(output.nodes)
    ? output.nodes
    : Object.values<{ symbols: DocNode[] }>(output.nodes).flatMap((module) =>
      module.symbols
    );
  return nodes.filter((node) => {
    const declarations = node.declarations ?? [node as Declaration];
    return declarations.some(({ kind }) =>
      kind === "function" || kind === "class"
    ) && !declarations.some(({ jsDoc }) => isShown(jsDoc));
  }).map(({ name }) => `${entry}: ${name}`);
}

function isShown(doc: JsDoc | undefined): boolean {
  return doc?.tags?.some(({ kind }) => kind === "example") === true ||
    /\bMade by\b/.test(doc?.doc ?? "");
}
