import type { Project } from "./project.ts";

const FLAG = "--lock=";
/** Start and end of the names of copies. */
const PREFIX = "caryatid-";
const SUFFIX = ".lock";
/** Age from which a copy belongs to no running command, in milliseconds. */
const ABANDONED = 3_600_000;

/**
 * Copy of a project's lock file: Deno adds imports to the lock file that it is
 * given, and the project's own must not change.
 */
export class LockCopy implements Disposable {
  /** Flags for Deno. */
  readonly flags: readonly string[];
  readonly #path: string | undefined;

  private constructor(flags: readonly string[], path?: string) {
    this.flags = flags;
    this.#path = path;
  }

  /**
   * Copies the lock file, unless `--frozen` is among the flags, which keeps
   * Deno from writing it.
   */
  static of({ lock }: Project, flags: readonly string[] = []): LockCopy {
    if (lock === undefined) return new LockCopy(["--no-lock"]);
    if (flags.includes("--frozen")) return new LockCopy([FLAG + lock]);
    const path = copyOf(lock);
    return new LockCopy([FLAG + path], path);
  }

  /**
   * Copies the lock file that `flags` name, and names the copy instead. Two
   * processes of Deno that share a lock file lose what the first one adds: each
   * writes the whole file, as it has read it.
   */
  static ofFlags(flags: readonly string[]): LockCopy {
    const at = flags.findLastIndex((flag) => flag.startsWith(FLAG));
    if (at < 0) return new LockCopy(flags);
    const path = copyOf(flags[at]!.slice(FLAG.length));
    return new LockCopy(flags.with(at, FLAG + path), path);
  }

  /** Removes the copy. */
  [Symbol.dispose](): void {
    if (this.#path !== undefined) Deno.removeSync(this.#path);
  }
}

/**
 * Copies a lock file into the folder for temporary files, and removes copies
 * that killed commands have left there.
 */
function copyOf(lock: string): string {
  // Synchronous: `run` has nothing else to do, and each asynchronous call
  // would take as long as the copy.
  const path = Deno.makeTempFileSync({ prefix: PREFIX, suffix: SUFFIX });
  // Not `copyFileSync`, which keeps the age of the file on some systems.
  Deno.writeFileSync(path, Deno.readFileSync(lock));
  removeAbandoned(path.replace(/[^/\\]+$/, ""));
  return path;
}

/** `folder` ends with its separator. */
function removeAbandoned(folder: string): void {
  for (const { name } of Deno.readDirSync(folder)) {
    if (!name.startsWith(PREFIX) || !name.endsWith(SUFFIX)) continue;
    const path = folder + name;
    try {
      const { mtime } = Deno.statSync(path);
      if (Date.now() - Number(mtime) > ABANDONED) Deno.removeSync(path);
    } catch {
      // of another user, or removed meanwhile
    }
  }
}
