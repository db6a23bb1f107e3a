import { realPathOf, statOf } from "../project/files.ts";

/**
 * Time without a change after which a burst of changes is over, in
 * milliseconds.
 */
const QUIET = 100;

/**
 * Watches files for changes. It does not compare texts: an editor may write the
 * same text twice, or rename files.
 */
export class Changes implements Disposable {
  #paths: readonly string[] = [];
  #watcher: Deno.FsWatcher | undefined;
  #names: ReadonlySet<string> = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changed = Promise.withResolvers<void>();

  /**
   * Watches these paths in place of the previous ones. The file system watches
   * their folders, since saving by a rename replaces the file; and the folders
   * of those, since a folder may be removed and created again.
   */
  watch(paths: readonly string[]): void {
    this.#paths = paths;
    this.#watcher?.close();
    this.#watcher = undefined;
    const all = paths.flatMap((path) => [path, ...targetOf(path)]);
    const folders = new Set(all.map(folderOf));
    const watched = [...all, ...folders];
    this.#names = new Set(watched.map(nameOf));
    this.#open(
      [...new Set(watched.map(folderOf))].filter((path) =>
        statOf(path)?.isDirectory
      ),
    );
  }

  /** Resolves when a burst of changes since the last call is over. */
  async settled(): Promise<void> {
    await this.#changed.promise;
    this.#changed = Promise.withResolvers();
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    // a closed watcher still delivers events that it has read
    this.#names = new Set();
    this.#watcher?.close();
    clearTimeout(this.#timer);
  }

  #open(folders: readonly string[]): void {
    if (folders.length === 0) return;
    try {
      this.#watcher = Deno.watchFs([...folders], { recursive: false });
    } catch (error) {
      // A folder has been removed in the meantime, which is a change.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return this.#touch();
    }
    this.#read(this.#watcher);
  }

  async #read(watcher: Deno.FsWatcher): Promise<void> {
    for await (const { kind, paths } of watcher) {
      if (kind === "access") continue;
      // Compared by name: the system may know the folder by another path.
      if (paths.some((path) => this.#names.has(nameOf(path)))) this.#touch();
    }
  }

  #touch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // a folder that was created again needs a new watcher
      this.watch(this.#paths);
      this.#changed.resolve();
    }, QUIET);
  }
}

/** Returns the target of a symbolic link, which changes instead of the link. */
function targetOf(path: string): string[] {
  const target = realPathOf(path);
  return target === undefined || target === path ? [] : [target];
}

/** Returns the last segment of the path of a file or folder. */
function nameOf(path: string): string {
  return path.match(/[^/\\]*(?=[/\\]*$)/)![0];
}

function folderOf(path: string): string {
  return path.replace(/[^/\\]*[/\\]*$/, "");
}
