/** So long nothing must change before a burst of changes counts as over, in milliseconds. */
const QUIET = 100;

/** Tells when files change. What they hold is for others to compare: an editor may write one thing twice, or rename files about. */
export class Changes implements Disposable {
  #paths: readonly string[] = [];
  #watcher: Deno.FsWatcher | undefined;
  #names: ReadonlySet<string> = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changed = Promise.withResolvers<void>();

  /**
   * Looks after these files, by their paths, in place of those before. It is their folders that are watched, since a file that is
   * saved by a rename is another file; and the folders of those, since a folder may go and come back as well.
   */
  watch(paths: readonly string[]): void {
    this.#paths = paths;
    this.#watcher?.close();
    this.#watcher = undefined;
    const all = paths.flatMap((path) => [path, ...targetOf(path)]);
    const folders = new Set(all.map(folderOf));
    const watched = [...all, ...folders];
    this.#names = new Set(watched.map(nameOf));
    this.#open([...new Set(watched.map(folderOf))].filter(isFolder));
  }

  /** Resolves when something has changed since the last time, and nothing more for a moment. */
  async settled(): Promise<void> {
    await this.#changed.promise;
    this.#changed = Promise.withResolvers();
  }

  /** Tells of no more. */
  [Symbol.dispose](): void {
    this.#names = new Set(); // what is read already comes even from a watcher that is closed
    this.#watcher?.close();
    clearTimeout(this.#timer);
  }

  #open(folders: readonly string[]): void {
    if (folders.length === 0) return;
    try {
      this.#watcher = Deno.watchFs([...folders], { recursive: false });
    } catch (error) {
      // One is gone since; whoever has removed it changes more than this.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return this.#touch();
    }
    this.#read(this.#watcher);
  }

  async #read(watcher: Deno.FsWatcher): Promise<void> {
    for await (const { kind, paths } of watcher) {
      if (kind === "access") continue;
      // By name: the system may know the folder by another path.
      if (paths.some((path) => this.#names.has(nameOf(path)))) this.#touch();
    }
  }

  #touch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.watch(this.#paths); // a folder that has come back is another one
      this.#changed.resolve();
    }, QUIET);
  }
}

/** Where a link leads to: that is what changes. */
function targetOf(path: string): string[] {
  try {
    const target = Deno.realPathSync(path);
    return target === path ? [] : [target];
  } catch {
    return []; // it isn't there now
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // it isn't there now; the folder that it comes back to is watched, too
  }
}

/** The last word of a path, be it a file's or a folder's. */
function nameOf(path: string): string {
  return path.match(/[^/\\]*(?=[/\\]*$)/)![0];
}

function folderOf(path: string): string {
  return path.replace(/[^/\\]*[/\\]*$/, "");
}
