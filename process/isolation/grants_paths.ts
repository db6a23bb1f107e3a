import { filePath, fileUrl } from "../cli/file_urls.ts";
import { platform } from "../platform.ts";

const SLASH = platform.isWindows ? "\\" : "/";

/**
 * Without `..`, and with no slash too many: so that to compare the text is enough, which is what Deno does. A relative path starts at
 * `folder`, else at the current one.
 */
export function absolutePath(path: string, folder?: string): string {
  const whole = filePath(fileUrl(path.replaceAll(/\/{2,}/g, "/"), folder));
  return whole.length > 1 ? whole.replace(/[/\\]$/, "") : whole;
}

/** Says whether `narrow` is `wide` or lies in it; both are absolute. */
export function pathCovers(wide: string, narrow: string): boolean {
  const folder = wide.endsWith(SLASH) ? wide : wide + SLASH;
  return narrow === wide || narrow.startsWith(folder);
}
