import { apiEntries } from "./api_entries.ts";
import { ROOT } from "./sources.ts";

/** Returns the text of `docs/reference/api.md` before it is formatted. */
export async function apiPage(): Promise<string> {
  const rows = await Promise.all(
    apiEntries().map(async ({ name, file }) => {
      const purpose = purposeOf(await Deno.readTextFile(ROOT + file));
      return `| [${name}](../../${file}) | ${purpose} |`;
    }),
  );
  return [HEAD, TABLE + rows.join("\n")].join("\n\n") + "\n";
}

/** Returns the first sentence of the docstring at the top of a file. */
export function purposeOf(source: string): string {
  const [, comment = ""] = /\/\*\*([^]*?)\*\//.exec(source) ?? [];
  const [paragraph = ""] = comment.replace(/^ *\* ?/gm, "").trim()
    .split("\n\n");
  const text = paragraph.replaceAll("\n", " ")
    .replace(/\{@linkcode (\S+?)\}/g, "`$1`");
  return /^.*?(?=\.(?: |$))/.exec(text)?.[0] ?? text;
}

const TABLE = "| Entry | Purpose |\n| --- | --- |\n";

const HEAD = `# API

<!-- Written by \`deno task reference\` from the entries of the packages -->

The public entries of the packages. On the site, an entry leads to its symbols
with their docstrings and examples; in the repository, to its file.
\`deno task docs:site\` builds the site.`;
