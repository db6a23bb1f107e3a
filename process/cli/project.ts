import { filePath, fileUrl } from "./file_urls.ts";

/** Deno's own files that hold for a configuration: whose import map counts, and whose lock. */
export interface Project {
  /** `deno.json`, or none. */
  readonly config: string | undefined;
  /** `deno.lock`, or none. */
  readonly lock: string | undefined;
  /** Whether the files lie outside of it: it only lends its import map. */
  readonly isLent: boolean;
}

const NAMES = ["deno.json", "deno.jsonc"];

/** Finds the project that the first file on this machine lies in. */
export function findProject(files: readonly URL[]): Project {
  const local = files.find(({ protocol }) => protocol === "file:");
  const own = local && nearestFile(local, NAMES);
  const isOwn = own !== undefined && serves(own);
  const config = isOwn ? own : checkout();
  const lock = isOwn ? nearestFile(own, ["deno.lock"]) : undefined;
  return {
    config: config && filePath(config),
    lock: lock && filePath(lock),
    isLent: !isOwn,
  };
}

/** The flag for Deno: without it, the folder one happens to be in would count. */
export function configFlag({ config }: Project): string {
  return config === undefined ? "--no-config" : `--config=${config}`;
}

/**
 * The flags of a run. What a stranger imports isn't written into a lock that is lent; and where there is none and none can be
 * written, as in a service's own folder, Deno would not start.
 */
export function projectFlags(project: Project): string[] {
  const flag = configFlag(project);
  const { config, lock, isLent } = project;
  if (config === undefined) return [flag];
  const isLockless = isLent || lock === undefined && !canLock(config);
  return isLockless ? [flag, "--no-lock"] : [flag];
}

/** Whether Deno can write a lock that isn't there yet. A `deno.json` that says where it is has the last word. */
function canLock(config: string): boolean {
  if (/"lock"\s*:/.test(read(fileUrl(config)))) return true;
  const dir = filePath(new URL(".", fileUrl(config)));
  try {
    Deno.removeSync(Deno.makeTempFileSync({ dir, prefix: ".caryatid-" }));
    return true;
  } catch {
    return false; // whatever is in its way is in that of a lock, too
  }
}

/** The `deno.json` of the checkout that this code lies in; none if it came from a registry. */
function checkout(): URL | undefined {
  if (!import.meta.url.startsWith("file:")) return undefined;
  // Not the package's own: it has no import map.
  return nearestFile(new URL("../../deno.json", import.meta.url), NAMES);
}

/** Code of a checkout needs its import map, which other projects lack unless they link to it. */
function serves(config: URL): boolean {
  const root = checkout();
  if (root === undefined) return true;
  const folder = new URL(".", root).href;
  return config.href.startsWith(folder) || /"links"\s*:/.test(read(config));
}

/** In the folder of `file`, or in one above it. */
function nearestFile(file: URL, names: readonly string[]): URL | undefined {
  for (let folder = new URL(".", file);;) {
    const all = names.map((name) => new URL(name, folder));
    const found = all.find(isFile);
    const above = new URL("..", folder);
    if (found !== undefined || above.href === folder.href) return found;
    folder = above;
  }
}

function isFile(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch {
    return false; // whatever is in its way, it is none to us
  }
}

function read(url: URL): string {
  try {
    return Deno.readTextFileSync(url);
  } catch {
    return ""; // Deno says what is wrong with it
  }
}
