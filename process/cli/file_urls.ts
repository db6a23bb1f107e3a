import { platform } from "../platform.ts";

/*
 * What node:path and node:url do as well; to load those takes 5 to 8 ms, a tenth of all that `run` takes until Deno starts, and the
 * same again in what it starts.
 */
const IS_WINDOWS = platform.isWindows;

/** The URL of a file; a relative path starts at the current folder. */
export function fileUrl(path: string, folder?: string): URL {
  const whole = isAbsolutePath(path)
    ? path
    : `${folder ?? platform.currentFolder()}/${path}`;
  const slashes = IS_WINDOWS ? whole.replaceAll("\\", "/") : whole;
  // A backslash is a letter of a name, and would be a slash in a URL.
  const encoded = encodeURI(slashes).replace(
    /[?#\\]/g,
    (char) => encodeURIComponent(char),
  );
  return new URL(`file://${encoded.startsWith("/") ? "" : "/"}${encoded}`);
}

/** Says whether a path starts at the root of a disk. */
export function isAbsolutePath(path: string): boolean {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path) &&
    (IS_WINDOWS || path.startsWith("/"));
}

/** The path of a `file:` URL. */
export function filePath(url: URL | string): string {
  const path = decodeURIComponent(new URL(url).pathname);
  return IS_WINDOWS
    ? path.replace(/^\/(?=[A-Za-z]:)/, "").replaceAll("/", "\\")
    : path;
}
