import { fileURLToPath } from "node:url";

/** Thrown if two commits cannot be compared; its text says why. */
export class CannotCompare extends Error {}

/**
 * A commit of a repository, checked out in a temporary folder until it is
 * disposed.
 */
export class Worktree implements AsyncDisposable {
  /** Folder of the checked-out files. */
  readonly folder: string;
  /** Abbreviated hash of the commit. */
  readonly commit: string;
  readonly #repository: URL;
  readonly #parent: string;

  private constructor(
    repository: URL,
    parent: string,
    folder: string,
    commit: string,
  ) {
    this.#repository = repository;
    this.#parent = parent;
    this.folder = folder;
    this.commit = commit;
  }

  /**
   * Checks out a commit.
   *
   * @throws {CannotCompare} if the repository has no such commit, or git is
   * missing
   */
  static async add(repository: URL, commit: string): Promise<Worktree> {
    const hash = await git(
      repository,
      ...["rev-parse", "--short", "--verify", "--quiet", "--end-of-options"],
      `${commit}^{commit}`,
    ).catch((error) => {
      throw new CannotCompare(
        `Cannot compare with "${commit}": it is not a commit of this repository`,
        { cause: error },
      );
    });
    const parent = await Deno.makeTempDir({ prefix: "caryatid_bench_" });
    const worktree = new Worktree(repository, parent, `${parent}/tree`, hash);
    try {
      await git(
        repository,
        ...["worktree", "add", "--quiet", "--detach", worktree.folder, hash],
      );
    } catch (error) {
      await worktree[Symbol.asyncDispose]();
      throw error;
    }
    return worktree;
  }

  /** Removes the folder, and its entry in git. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#parent, { recursive: true });
    await git(this.#repository, "worktree", "prune");
  }
}

async function git(repository: URL, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args,
    cwd: fileURLToPath(repository),
  }).output();
  if (!success) throw new CannotCompare(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}
