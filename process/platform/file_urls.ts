import { platform } from "./deno.ts";

/*
 * node:path and node:url have these functions, too, but take 5 to 8 ms to load,
 * in the command and again in the program that it starts.
 */
const IS_WINDOWS = platform.isWindows;

/** Returns the URL of a file. A relative path starts at the current folder. */
export function fileUrl(path: string, folder?: string): URL {
  const whole = isAbsolutePath(path)
    ? path
    : `${folder ?? platform.currentFolder()}/${path}`;
  const slashes = IS_WINDOWS ? whole.replaceAll("\\", "/") : whole;
  // A backslash is part of the name here, but a slash in a URL.
  const encoded = encodeURI(slashes).replace(
    /[?#\\]/g,
    (char) => encodeURIComponent(char),
  );
  return new URL(`file://${encoded.startsWith("/") ? "" : "/"}${encoded}`);
}

/** Returns true if a path starts at the root of a disk. */
export function isAbsolutePath(path: string): boolean {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path) &&
    (IS_WINDOWS || path.startsWith("/"));
}

/** Returns the path of a `file:` URL. */
export function filePath(url: URL | string): string {
  const path = decodeURIComponent(new URL(url).pathname);
  return IS_WINDOWS
    ? path.replace(/^\/(?=[A-Za-z]:)/, "").replaceAll("/", "\\")
    : path;
}
