import type { DocumentedCount } from "./doc_rules.ts";
import type { Release } from "./release.ts";

/** Share of documented symbols that the score of JSR asks for. */
const WANTED_DOCS = 0.8;

/**
 * Returns what the score of a package on jsr.io asks for beyond the rules of
 * publishing, as far as files show it. The description and the runtimes are
 * settings of the package there, which no file contains.
 */
export function scoreHints(
  { name, files }: Release,
  { documented, all }: DocumentedCount,
  workflow: string,
): string[] {
  const share = documented / all;
  const percent = `${documented} of ${all} symbols have docs ` +
    `(${(share * 100).toFixed(0)} %)`;
  const readme = new TextDecoder().decode(files.get("/README.md"));
  const failed: string[] = [];
  if (share < WANTED_DOCS) failed.push(`${percent}; expected 80 % or more`);
  if (readme === "") failed.push("found no README.md; expected one");
  else if (!readme.includes("```")) {
    failed.push("found no example in README.md; expected one");
  }
  if (!/^\s+id-token: write$/m.test(workflow)) {
    failed.push("the release has no id-token; expected one for provenance");
  }
  return [
    `${name}: ${percent}; no slow types`,
    ...failed.map((text) => `${name}: ${text}`),
    `${name}: set a description, and the runtimes Deno, Node.js and Bun, at ` +
    `https://jsr.io/${name}/settings`,
  ];
}
