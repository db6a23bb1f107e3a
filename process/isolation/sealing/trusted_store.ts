import { VERSION } from "../../platform/version.ts";

/** Maximum number of files that are kept: those of all kinds of guests. */
const MAX_FILES = 1_000;

/**
 * JavaScript of Caryatid's own files in the cache of Deno, by the hashes of
 * their texts. Each program that seals needs the same hundred files, and
 * transpiling them takes a quarter of the time of sealing. A cache that cannot
 * be written keeps nothing.
 */
export class TrustedStore {
  readonly #folder: string;

  /** @param denoDir path of Deno's cache */
  constructor(denoDir: string) {
    this.#folder = `${denoDir}/caryatid/transpiled`;
  }

  /** Returns the JavaScript of texts by their hashes. */
  async read(): Promise<Map<string, string>> {
    try {
      const text = await Deno.readTextFile(await this.#path());
      const codes: Readonly<Record<string, string>> = JSON.parse(text);
      return new Map(Object.entries(codes));
    } catch {
      return new Map(); // no file, or that of another version
    }
  }

  /** Replaces everything. */
  async write(codes: ReadonlyMap<string, string>): Promise<void> {
    if (codes.size > MAX_FILES) return;
    try {
      await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const path = await this.#path();
      const draft = `${path}.${crypto.randomUUID()}`;
      const text = JSON.stringify(Object.fromEntries(codes));
      await Deno.writeTextFile(draft, text, { mode: 0o600 });
      await Deno.rename(draft, path);
    } catch {
      // the cache is read-only or full: the files are transpiled at each start
    }
  }

  /** Another version of Deno or Caryatid has another file. */
  async #path(): Promise<string> {
    const salt = JSON.stringify([VERSION, Deno.version, import.meta.url]);
    const bytes = new TextEncoder().encode(salt);
    const hash = await crypto.subtle.digest("SHA-256", bytes);
    return `${this.#folder}/${new Uint8Array(hash).toHex()}`;
  }
}
