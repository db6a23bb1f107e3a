import type { ApiEntry } from "../reference/api_entries.ts";

/**
 * Returns the front page of the API with a list of its entries. \`deno doc\`
 * leaves that page empty if it documents several entries.
 */
export function withEntries(
  page: string,
  entries: readonly ApiEntry[],
): string {
  const items = entries.map(({ name, file }) =>
    `<li><a class="contextLink" href="${file}/index.html">${name}</a></li>`
  );
  const list = `<h1>Entries</h1><ul>${items.join("")}</ul>`;
  const back = '<p><a class="contextLink" href="../">Back to the guide</a></p>';
  const full = page.replace("<main></main>", `<main>${list}${back}</main>`);
  if (full === page) throw new Error("the index of deno doc has no empty main");
  return full;
}
