import { ROOT } from "../support/running_program.ts";
import type { SymbolNode } from "./doc_nodes.ts";
import { symbolText } from "./symbol_text.ts";

/** Folders of the packages. */
export const PACKAGES = ["sdk", "process", "cli", "modules"] as const;

/** Returns the path of the API text of a package. */
export function snapshotOf(folder: string): URL {
  return new URL(`${folder}.txt`, import.meta.url);
}

/**
 * Returns all exports of a package, by entry and name, without docs, places,
 * private members and `internal` entries.
 */
export async function apiText(folder: string): Promise<string> {
  const manifest = JSON.parse(
    await Deno.readTextFile(`${ROOT}${folder}/deno.json`),
  ) as { name: string; exports: Record<string, string> };
  const parts: string[] = [];
  for (const [entry, file] of Object.entries(manifest.exports)) {
    if (entry.startsWith("./internal/")) continue;
    const symbols = await symbolsOf(`${folder}/${file.slice(2)}`);
    const texts = symbols.map(symbolText).filter((text) => text !== "");
    parts.push(`# ${manifest.name}${entry.slice(1)}`, ...texts.toSorted());
  }
  return `${parts.join("\n\n")}\n`;
}

/**
 * Documents one entry at a time, since `deno doc` shows a name that two entries
 * export in one of them only.
 */
async function symbolsOf(entry: string): Promise<readonly SymbolNode[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", entry],
    cwd: ROOT,
    env: { NO_COLOR: "1" }, // otherwise some types have colors
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Record<string, { symbols: readonly SymbolNode[] }>;
  };
  return Object.values(nodes).flatMap(({ symbols }) => symbols);
}
