import { open } from "node:fs/promises";

/** Function of a file handle. */
type Call = (this: object, ...args: unknown[]) => Promise<unknown>;

/** Calls of all file handles, which a test counts and makes fail. */
export class FileFaults implements Disposable {
  /** Names of the calls so far. */
  readonly calls: string[] = [];
  readonly #prototype: Record<string, Call>;
  readonly #originals = new Map<string, Call>();

  private constructor(prototype: Record<string, Call>) {
    this.#prototype = prototype;
  }

  /** Watches the handles of `path`, which must exist. */
  static async watch(path: string): Promise<FileFaults> {
    const handle = await open(path, "r");
    const prototype = Object.getPrototypeOf(handle);
    await handle.close();
    const faults = new FileFaults(prototype);
    for (const name of ["write", "truncate", "datasync", "sync"]) {
      faults.#replace(name, (original) =>
        function (...args) {
          faults.calls.push(name);
          return original.apply(this, args);
        });
    }
    return faults;
  }

  /** Lets the next call of `name` write `written` bytes, then fail. */
  failNext(name: string, written: number = 0): void {
    let failed = 0;
    this.#replace(name, (original) =>
      async function (...args) {
        if (failed++ > 0) return await original.apply(this, args);
        if (written > 0) {
          const [bytes, offset, , position] = args;
          await original.call(this, bytes, offset, written, position);
        }
        const error = new Error("no space left on device");
        throw Object.assign(error, { code: "ENOSPC" });
      });
  }

  #replace(name: string, wrap: (original: Call) => Call): void {
    const original = this.#prototype[name]!;
    if (!this.#originals.has(name)) this.#originals.set(name, original);
    this.#prototype[name] = wrap(original);
  }

  /** Restores the calls. */
  [Symbol.dispose](): void {
    for (const [name, original] of this.#originals) {
      this.#prototype[name] = original;
    }
  }
}
