/** Maximum number of entries that are searched. */
const MAX_ENTRIES = 10_000;

/** Result of {@linkcode outerHardLinks}. */
export interface HardLinks {
  /** Paths of files that have further names outside of the granted folders. */
  readonly paths: readonly string[];
  /** False if the folders have too many entries, or one is not readable. */
  readonly isComplete: boolean;
}

/** A file with several names. */
interface LinkedFile {
  readonly paths: string[];
  /** Number of its names. */
  readonly names: number;
}

/**
 * Searches granted folders for files that have further names (hard links)
 * outside of them: such a file may belong to another folder. A file that is
 * granted itself is not searched.
 */
export function outerHardLinks(granted: readonly string[]): HardLinks {
  const files = new Map<string, LinkedFile>();
  const folders = [...granted];
  const seen = new Set<string>();
  let entries = 0;
  let isComplete = true;
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    if (!mayRead(folder)) {
      isComplete = false;
      continue;
    }
    try {
      for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
        if (++entries > MAX_ENTRIES) {
          return { paths: outer(files), isComplete: false };
        }
        const path = `${folder === "/" ? "" : folder}/${name}`;
        if (isDirectory) folders.push(path);
        else if (isFile) addFile(files, path);
      }
    } catch (error) {
      // A file, or a missing path, has no entries.
      const isFolder = !(error instanceof Deno.errors.NotADirectory ||
        error instanceof Deno.errors.NotFound);
      if (isFolder) isComplete = false;
    }
  }
  return { paths: outer(files), isComplete };
}

/** Queries the permission first, since Deno would prompt at a terminal. */
function mayRead(path: string): boolean {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  return state === "granted";
}

function addFile(files: Map<string, LinkedFile>, path: string): void {
  const { dev, ino, nlink } = Deno.lstatSync(path);
  if (nlink === null || nlink < 2) return;
  const id = `${dev}:${ino}`;
  const file = files.get(id) ?? { paths: [], names: nlink };
  file.paths.push(path);
  files.set(id, file);
}

function outer(files: ReadonlyMap<string, LinkedFile>): string[] {
  return [...files.values()].filter(({ paths, names }) => paths.length < names)
    .flatMap(({ paths }) => paths);
}
