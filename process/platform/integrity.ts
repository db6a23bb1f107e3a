/** Length in bytes of each supported kind of hash. */
const KINDS: Readonly<Record<string, number>> = {
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

/** Form of an `integrity`, for errors. */
export const INTEGRITY_FORM = '"sha256-…", with the hash in base64';

/**
 * Returns true for an `integrity`: `sha256-`, `sha384-` or `sha512-`, and a
 * hash of that length in base64.
 */
export function isIntegrity(text: string): boolean {
  const [, kind, hash] = text.match(/^(sha\d+)-([A-Za-z0-9+/]+=*)$/) ?? [];
  const length = KINDS[kind ?? ""];
  if (hash === undefined || length === undefined) return false;
  try {
    return btoa(atob(hash)) === hash && atob(hash).length === length;
  } catch {
    return false; // not base64
  }
}

/**
 * Returns the `integrity` of a text in UTF-8, of the same kind as another one.
 */
export async function integrityOf(
  text: string,
  like: string = "sha256-",
): Promise<string> {
  const kind = like.slice(0, like.indexOf("-"));
  const bytes = new TextEncoder().encode(text);
  const hash = await crypto.subtle.digest(kind.replace("sha", "SHA-"), bytes);
  return `${kind}-${btoa(String.fromCharCode(...new Uint8Array(hash)))}`;
}
