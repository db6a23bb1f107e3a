/** Replaces the text between `<!-- name -->` and `<!-- /name -->`. */
export function fillPage(
  page: string,
  parts: Readonly<Record<string, string>>,
): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const from = text.indexOf(start);
    const to = text.indexOf(end);
    if (from < 0 || to < from) throw new Error(`the page has no part ${name}`);
    return `${text.slice(0, from)}${start}\n\n${part}\n\n${text.slice(to)}`;
  }, page);
}

/** Formats a table of Markdown. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [head, head.map(() => "---"), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

/** Text of a page without the padding and line breaks of `deno fmt`. */
export function unformatted(page: string): string {
  return page.replace(/-{3,}/g, "---").replace(/\s+/g, " ");
}
