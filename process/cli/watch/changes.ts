/** So long nothing must change before a burst of changes counts as over, in milliseconds. */
const QUIET = 100;

/** Tells when files change. What they hold is for others to compare: an editor may write one thing twice, or rename files about. */
export class Changes implements Disposable {
  #watchers: Deno.FsWatcher[] = [];
  #names: ReadonlySet<string> = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changed = Promise.withResolvers<void>();

  /**
   * Looks after these files, by their paths, in place of those before. It is their folders that are watched: a file that is saved by a
   * rename is another file.
   */
  watch(paths: readonly string[]): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
    this.#names = new Set(paths.map(nameOf));
    for (const folder of new Set(paths.map(folderOf))) this.#open(folder);
  }

  /** Resolves when something has changed since the last time, and nothing more for a moment. */
  async settled(): Promise<void> {
    await this.#changed.promise;
    this.#changed = Promise.withResolvers();
  }

  /** Tells of no more. */
  [Symbol.dispose](): void {
    this.watch([]);
    clearTimeout(this.#timer);
  }

  #open(folder: string): void {
    try {
      const watcher = Deno.watchFs(folder, { recursive: false });
      this.#watchers.push(watcher);
      this.#read(watcher);
    } catch (error) {
      // It is gone for now; whoever has removed it changes more than this.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
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
    this.#timer = setTimeout(() => this.#changed.resolve(), QUIET);
  }
}

function nameOf(path: string): string {
  return path.slice(folderOf(path).length);
}

function folderOf(path: string): string {
  return path.replace(/[^/\\]*$/, "");
}
