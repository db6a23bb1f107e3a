import { CaryatidError } from "@caryatid/sdk";
import { filePath } from "../../platform/file_urls.ts";

interface CheckedFiles {
  /** Hashes by URL. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Number of first starts that have not happened. */
  starts: number;
}

/** Files of checked code that has not been started yet. */
const checked = new Map<string, CheckedFiles>();

/**
 * Remembers the files of code that was checked, until its first start.
 *
 * @param specifier location of the code
 */
export function rememberHashes(
  specifier: string,
  hashes: Readonly<Record<string, string>>,
): void {
  const starts = checked.get(specifier)?.starts ?? 0;
  checked.set(specifier, { hashes, starts: starts + 1 });
}

/**
 * Compares files at the first start of code that this program has checked.
 * Later starts run the code that the files have then.
 *
 * @throws {CaryatidError} `LOAD_FAILED` with both hashes of a changed file
 */
export function compareHashes(
  specifier: string,
  hashes: Readonly<Record<string, string>>,
): void {
  const before = checked.get(specifier);
  if (before === undefined) return;
  if (--before.starts === 0) checked.delete(specifier);
  for (const [url, hash] of Object.entries(hashes)) {
    const wanted = before.hashes[url];
    if (wanted === undefined || wanted === hash) continue;
    throw new CaryatidError(
      "LOAD_FAILED",
      `${filePath(url)} has changed since it was checked: found SHA-256 ` +
        `${hash}, wanted ${wanted}`,
      { hint: "Look at the change, then start again." },
    );
  }
}
