/**
 * Writes docs/evidence/figures.md from docs/evidence/figures.json
 * (`deno task figures [RESULTS]`). Adds the results
 * of a file that `deno task bench --json RESULTS` has written first.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import {
  COMMITTED,
  disturbedCases,
  mergeResults,
  readResults,
  type Results,
  withoutCases,
  writeResults,
} from "../results/results.ts";
import { figureParts } from "./figure_pages.ts";
import { fillPage } from "./fill_page.ts";

/** The page with all figures. */
export const FIGURES: URL = new URL("figures.md", COMMITTED);

/**
 * Adds results to the committed ones, and writes the page from them. Returns
 * the names of the cases that are left out because other programs disturbed
 * them.
 */
export async function commitResults(
  later: Results,
): Promise<readonly string[]> {
  const disturbed = disturbedCases(later);
  const results = mergeResults(
    await readResults(COMMITTED),
    withoutCases(later, disturbed),
  );
  await writeResults(COMMITTED, results);
  // Rounded as in the file.
  await writeFigures((await readResults(COMMITTED))!);
  return disturbed;
}

/** Formats the names of disturbed cases as a line. */
export function disturbedLine(names: readonly string[]): string {
  return `not written, since other programs kept the cores busy: ${
    names.join(", ")
  }`;
}

/** Writes the page from results, and formats it. */
async function writeFigures(results: Results): Promise<void> {
  const text = await Deno.readTextFile(FIGURES);
  await Deno.writeTextFile(FIGURES, fillPage(text, figureParts(results)));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", fileURLToPath(FIGURES)],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

if (import.meta.main) {
  const [file] = Deno.args;
  if (file === undefined) await writeFigures((await readResults(COMMITTED))!);
  else {
    const left = await commitResults(JSON.parse(await Deno.readTextFile(file)));
    // deno-lint-ignore no-console -- it is the program's output
    if (left.length > 0) console.log(disturbedLine(left));
  }
}
