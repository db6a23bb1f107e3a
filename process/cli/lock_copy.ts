import type { Project } from "./project.ts";

/** The lock of a project, to be read and not written: Deno adds what is imported to the one that it is given. */
export class LockCopy implements Disposable {
  /** For Deno. */
  readonly flags: readonly string[];
  readonly #path: string | undefined;

  private constructor(flags: readonly string[], path?: string) {
    this.flags = flags;
    this.#path = path;
  }

  /** `--frozen` among the flags of Deno keeps the lock itself from being written. */
  static of({ lock }: Project, flags: readonly string[] = []): LockCopy {
    if (lock === undefined) return new LockCopy(["--no-lock"]);
    if (flags.includes("--frozen")) return new LockCopy([`--lock=${lock}`]);
    // All at once: `run` has nothing else to do meanwhile, and each way to a thread and back costs as much.
    const path = Deno.makeTempFileSync({ suffix: ".lock" });
    Deno.copyFileSync(lock, path);
    return new LockCopy([`--lock=${path}`], path);
  }

  /** Removes it. */
  [Symbol.dispose](): void {
    if (this.#path !== undefined) Deno.removeSync(this.#path);
  }
}
