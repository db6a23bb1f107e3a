import { fileStamp } from "../../platform/file_stamp.ts";
import { filePath } from "../../platform/file_urls.ts";

/** Maximum number of results that are kept. */
const MAX_RESULTS = 1_000;

interface Stamped<T> {
  readonly value: T;
  /** Stamps of files by their paths. */
  readonly stamps: ReadonlyMap<string, string>;
}

/**
 * Results that depend on files. Each is kept until one of its files changes, so
 * that Deno starts once per change of code.
 */
export class StampedResults<T> {
  readonly #results = new Map<string, Stamped<T>>();

  /** Returns the last result unless a file has changed since. */
  get(key: string): T | undefined {
    const result = this.#results.get(key);
    if (result === undefined) return undefined;
    for (const [path, stamp] of result.stamps) {
      if (stampOf(path) === stamp) continue;
      this.#results.delete(key);
      return undefined;
    }
    return result.value;
  }

  /** Keeps a result of these files, unless this program may not read one. */
  set(key: string, value: T, urls: Iterable<string>): void {
    const stamps = new Map<string, string>();
    for (const url of urls) {
      if (!url.startsWith("file:")) continue;
      const path = filePath(url);
      const stamp = stampOf(path);
      if (stamp === undefined) return;
      stamps.set(path, stamp);
    }
    if (this.#results.size >= MAX_RESULTS) this.#results.clear();
    this.#results.set(key, { value, stamps });
  }
}

/** Returns undefined if this program may not read the path. */
function stampOf(path: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  return state === "granted" ? fileStamp(path) : undefined;
}
