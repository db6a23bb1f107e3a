import { CaryatidError } from "@caryatid/sdk";
import { integrityOf } from "./integrity.ts";
import { platform } from "./platform.ts";

const LOOK = "look at what has changed before you write the hash found there";
/** Deno asks a server once. */
const RELOAD = "; what is found may be old: --reload downloads it again";

/** A file of code that has been read, and not run. */
export interface PinnedCode {
  /** What it says. */
  readonly text: string;
  /** Runs just that, whatever the file says by now. */
  load(): Promise<unknown>;
}

/** Reads a file of code, by its absolute URL, for its hash to be compared before it runs. */
export type PinnedImporter = (url: string) => Promise<PinnedCode>;

/**
 * Imports a file of code if its text has the hash that is wanted. What was hashed is what runs.
 *
 * @throws {CaryatidError} `WRONG_INTEGRITY`, with both hashes; none of its code has run then
 */
export async function importPinned(
  url: string,
  integrity: string,
  importer: PinnedImporter = readPinned,
): Promise<unknown> {
  const { text, load } = await importer(url);
  const found = await integrityOf(text, integrity);
  // A byte order mark is dropped where a text is imported, and counts for other tools.
  const isSame = found === integrity ||
    await integrityOf(`\ufeff${text}`, integrity) === integrity;
  if (isSame) return await load();
  throw new CaryatidError(
    "WRONG_INTEGRITY",
    `found ${found}, wanted ${integrity}`,
    { hint: LOOK + (/^https?:/i.test(url) ? RELOAD : "") },
  );
}

/**
 * A program of two literal imports of one file: Deno reads a file once for all imports of it that it finds in one program, so that both
 * are of the same text. A second computed import could read it again.
 */
export async function readPinned(url: string): Promise<PinnedCode> {
  if (!platform.isDeno) {
    throw new CaryatidError(
      "WRONG_INTEGRITY",
      `found no way on ${platform.name} to run just what was hashed, wanted Deno`,
      { hint: "leave integrity out, or give Process.create a pinnedImporter" },
    );
  }
  const literal = JSON.stringify(url);
  const program = `export { default as text } from ${literal} with { type: ` +
    `"text" };\nexport const load = () => import(${literal});`;
  return await import(`data:text/javascript,${encodeURIComponent(program)}`);
}
