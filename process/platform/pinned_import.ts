import { CaryatidError } from "@caryatid/sdk";
import { integrityOf } from "./integrity.ts";
import { platform } from "./deno.ts";

const LOOK = "Review what has changed before you write the new hash.";
/** Deno downloads a file once. */
const RELOAD = " If the cached file is old, download it again with --reload.";

/** File of code that was read but has not run. */
export interface PinnedCode {
  /** Text of the file. */
  readonly text: string;
  /** Runs exactly that text, even if the file has changed. */
  load(): Promise<unknown>;
}

/**
 * Reads a file of code by its absolute URL, so that its hash can be compared
 * before it runs.
 */
export type PinnedImporter = (url: string) => Promise<PinnedCode>;

/**
 * Imports a file of code if its text has the required hash. Exactly the hashed
 * text runs.
 *
 * @throws {CaryatidError} `WRONG_INTEGRITY`, with both hashes, before any of
 * its code runs
 */
export async function importPinned(
  url: string,
  integrity: string,
  importer: PinnedImporter = readPinned,
): Promise<unknown> {
  const { text, load } = await importer(url);
  const found = await integrityOf(text, integrity);
  // An import as text drops a byte order mark; other tools hash it.
  const isSame = found === integrity ||
    await integrityOf(`\ufeff${text}`, integrity) === integrity;
  if (isSame) return await load();
  throw new CaryatidError(
    "WRONG_INTEGRITY",
    `found ${found}; expected ${integrity}`,
    { hint: LOOK + (/^https?:/i.test(url) ? RELOAD : "") },
  );
}

/**
 * Reads a file by a program with two literal imports of it. Deno reads a file
 * once for all imports in one program, so both have the same text. A second
 * computed import could read the file again.
 */
export async function readPinned(url: string): Promise<PinnedCode> {
  if (!platform.isDeno) {
    throw new CaryatidError(
      "WRONG_INTEGRITY",
      `found no way on ${platform.name} to run just what was hashed; expected Deno`,
      { hint: "Remove integrity, or pass a pinnedImporter to Process.create." },
    );
  }
  const literal = JSON.stringify(url);
  const program = `export { default as text } from ${literal} with { type: ` +
    `"text" };\nexport const load = () => import(${literal});`;
  return await import(`data:text/javascript,${encodeURIComponent(program)}`);
}
