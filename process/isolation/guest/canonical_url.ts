import {
  decodeURIComponent,
  includes,
  indexOf,
  slice,
  URL,
} from "./taken_intrinsics.ts";

/**
 * Maximum layers of encoding of a path. More layers only serve to hide a path.
 */
const MAX_LAYERS = 16;

/**
 * Returns an absolute specifier as a URL writes it: with a scheme in lower
 * case, without line breaks, tabs and surrounding spaces. Returns other
 * specifiers as they are.
 */
export function canonicalSpecifier(specifier: string): string {
  try {
    return new URL(specifier).href;
  } catch {
    return specifier; // relative, or the name of a package
  }
}

/**
 * Returns the path of a `file:` URL without any encoding. Returns undefined if
 * the path depends on how often it is decoded, or on how its segments are
 * read: Deno checks the text of such a path, and opens another file.
 */
export function canonicalPath(url: string): string | undefined {
  const { pathname, host } = new URL(url);
  const path = decoded(pathname);
  if (path === undefined || host !== "") return undefined;
  let last = path;
  for (let layer = 0;; layer++) {
    if (!isPlain(last) || layer === MAX_LAYERS) return undefined;
    const next = decoded(last);
    if (next === undefined || next === last) return path;
    last = next;
  }
}

/** Returns undefined if an encoded byte is not UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Returns true if no segment is empty, `.` or `..`. */
function isPlain(path: string): boolean {
  if (includes(path, "\\") || includes(path, "\0")) return false;
  let rest = slice(path, 1);
  for (;;) {
    const at = indexOf(rest, "/");
    const segment = at < 0 ? rest : slice(rest, 0, at);
    if (segment === "." || segment === "..") return false;
    if (at < 0) return true; // a folder ends in "/"
    if (segment === "") return false;
    rest = slice(rest, at + 1);
  }
}
