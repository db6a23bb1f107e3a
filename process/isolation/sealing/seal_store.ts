import { fileStamp } from "../../platform/file_stamp.ts";
import { VERSION } from "../../platform/version.ts";
import type { SealedCode } from "./sealed_code.ts";

/** Time in which a later change of a file may have the same stamp, in ms. */
const STAMP_STEP = 20;
/** Maximum number of results of one cache. */
const MAX_RESULTS = 64;
/** Results that are removed at a time, the oldest first. */
const REMOVED = 16;

/** A result without its frame, which follows in the file. */
interface Head {
  readonly stamps: readonly (readonly [path: string, stamp: string])[];
  readonly sealed: Omit<SealedCode, "frame">;
}

/**
 * Sealed code in the cache of Deno, so that code is sealed once per change and
 * not at each start of a program. A result is valid until one of its files
 * changes. A cache that cannot be written keeps nothing.
 */
export class SealStore {
  readonly #folder: string;

  /** @param denoDir path of Deno's cache */
  constructor(denoDir: string) {
    this.#folder = `${denoDir}/caryatid/sealed`;
  }

  /** Returns the result for a key if it is still valid. */
  async get(key: string): Promise<SealedCode | undefined> {
    try {
      const bytes = await Deno.readFile(await this.#pathOf(key));
      const length = new DataView(bytes.buffer).getUint32(0);
      const end = 4 + length;
      const text = new TextDecoder().decode(bytes.subarray(4, end));
      const { stamps, sealed }: Head = JSON.parse(text);
      const isValid = stamps.every(([path, stamp]) =>
        fileStamp(path) === stamp
      );
      return isValid ? { ...sealed, frame: bytes.slice(end) } : undefined;
    } catch {
      return undefined; // no result, or that of another version
    }
  }

  /**
   * Keeps a result of these files.
   *
   * @param began time at which sealing began: a file that has changed since may
   * have another text than the one that was read
   */
  async set(
    key: string,
    { frame, ...sealed }: SealedCode,
    paths: Iterable<string>,
    began: number,
  ): Promise<void> {
    const stamps: [string, string][] = [];
    for (const path of new Set(paths)) {
      if (changedAt(path) > began - STAMP_STEP) return;
      stamps.push([path, fileStamp(path)]);
    }
    const head: Head = { stamps, sealed };
    const text = new TextEncoder().encode(JSON.stringify(head));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, text.length);
    try {
      await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await this.#makeRoom();
      const path = await this.#pathOf(key);
      const draft = `${path}.${crypto.randomUUID()}`;
      const content = await new Blob([length, text, frame]).bytes();
      await Deno.writeFile(draft, content, { mode: 0o600 });
      await Deno.rename(draft, path);
    } catch {
      // the cache is read-only or full: the code is sealed at each start
    }
  }

  async #pathOf(key: string): Promise<string> {
    const salt = JSON.stringify([key, VERSION, Deno.version, import.meta.url]);
    const bytes = new TextEncoder().encode(salt);
    const hash = await crypto.subtle.digest("SHA-256", bytes);
    return `${this.#folder}/${new Uint8Array(hash).toHex()}`;
  }

  async #makeRoom(): Promise<void> {
    const found = await Array.fromAsync(Deno.readDir(this.#folder));
    if (found.length < MAX_RESULTS) return;
    const paths = found.map(({ name }) => `${this.#folder}/${name}`)
      .sort((a, b) => changedAt(a) - changedAt(b));
    for (const path of paths.slice(0, REMOVED)) {
      await Deno.remove(path).catch(() => {}); // another program was faster
    }
  }
}

/** Returns the time of the last change of a file, in milliseconds. */
function changedAt(path: string): number {
  try {
    const { mtime, ctime } = Deno.statSync(path);
    return Math.max(mtime?.getTime() ?? 0, ctime?.getTime() ?? 0);
  } catch {
    return 0; // it is missing
  }
}
