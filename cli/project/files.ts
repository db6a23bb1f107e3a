import { CaryatidError } from "@caryatid/sdk";

/**
 * Returns information on a file, or undefined if it is missing or not
 * accessible: using the file reports the reason.
 */
export function statOf(path: string | URL): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

/** Returns the path without symbolic links; undefined if it does not exist. */
export function realPathOf(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}

/** Returns `STORAGE_FAILED` for a file that cannot be written. */
export function storageError(
  path: string,
  cause: unknown,
  hint?: string,
): CaryatidError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CaryatidError(
    "STORAGE_FAILED",
    `Cannot write ${JSON.stringify(path)}: ${reason}`,
    { cause, ...hint === undefined ? {} : { hint } },
  );
}
