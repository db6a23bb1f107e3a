import type { Project } from "./project.ts";

/** The lock of a project, to be read and not written: Deno adds what is imported to the one that it is given. */
export class LockCopy implements AsyncDisposable {
  /** For Deno. */
  readonly flags: readonly string[];
  readonly #path: string | undefined;

  private constructor(flags: readonly string[], path?: string) {
    this.flags = flags;
    this.#path = path;
  }

  /** `--frozen` among the flags of Deno keeps the lock itself from being written. */
  static async of(
    { lock }: Project,
    flags: readonly string[] = [],
  ): Promise<LockCopy> {
    if (lock === undefined) return new LockCopy(["--no-lock"]);
    if (flags.includes("--frozen")) return new LockCopy([`--lock=${lock}`]);
    const path = await Deno.makeTempFile({ suffix: ".lock" });
    await Deno.copyFile(lock, path);
    return new LockCopy([`--lock=${path}`], path);
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#path !== undefined) await Deno.remove(this.#path);
  }
}
