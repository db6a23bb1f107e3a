import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

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
  const own = local && nearestFile(dirname(fileURLToPath(local)), NAMES);
  const isOwn = own !== undefined && serves(own);
  const config = isOwn ? own : checkout();
  const lock = isOwn ? nearestFile(dirname(own), ["deno.lock"]) : undefined;
  return { config, lock, isLent: !isOwn };
}

/** The flag for Deno: without it, the folder one happens to be in would count. */
export function configFlag({ config }: Project): string {
  return config === undefined ? "--no-config" : `--config=${config}`;
}

/** The flags of a run: what a stranger imports isn't written into a lock that is lent. */
export function projectFlags(project: Project): string[] {
  const flag = configFlag(project);
  return project.isLent && project.config ? [flag, "--no-lock"] : [flag];
}

/** The `deno.json` of the checkout that this code lies in; none if it came from a registry. */
function checkout(): string | undefined {
  if (!import.meta.url.startsWith("file:")) return undefined;
  // Not the package's own: it has no import map.
  const root = fileURLToPath(new URL("../..", import.meta.url));
  return nearestFile(root, NAMES);
}

/** Code of a checkout needs its import map, which other projects lack unless they link to it. */
function serves(config: string): boolean {
  const root = checkout();
  if (root === undefined || config === root) return true;
  return config.startsWith(dirname(root)) || /"links"\s*:/.test(read(config));
}

function nearestFile(
  folder: string,
  names: readonly string[],
): string | undefined {
  for (let at = folder;; at = dirname(at)) {
    const found = names.map((name) => join(at, name)).find(isFile);
    if (found !== undefined || at === dirname(at)) return found;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // whatever is in its way, it is none to us
  }
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // Deno says what is wrong with it
  }
}
