import { filePath, fileUrl } from "@caryatid/process/internal/platform";
import { localFiles } from "./config_files.ts";
import { statOf } from "./files.ts";

/**
 * Deno's files that apply to a configuration: the import map and the lock file.
 */
export interface Project {
  /** Path of `deno.json`. */
  readonly config: string | undefined;
  /** Path of `deno.lock`. */
  readonly lock: string | undefined;
  /**
   * True if the configuration is outside of the project, which only lends its
   * import map.
   */
  readonly isLent: boolean;
}

const NAMES = ["deno.json", "deno.jsonc"];
const LOCK = "deno.lock";

/** Finds the project that contains the first local file. */
export function findProject(files: readonly URL[]): Project {
  const [local] = localFiles(files);
  const own = local && nearestFile(local, NAMES);
  const isOwn = own !== undefined && resolvesCheckout(own);
  const config = isOwn ? own : checkout();
  const lock = isOwn ? lockOf(own) : undefined;
  return {
    config: config && filePath(config),
    lock: lock && filePath(lock),
    isLent: !isOwn,
  };
}

/**
 * Returns the lock file of a project: next to `deno.json`, or next to that of
 * the workspace above. The root of a workspace has no other lock file.
 */
function lockOf(config: URL): URL | undefined {
  if (!/"workspace"\s*:/.test(read(config))) {
    return nearestFile(config, [LOCK]);
  }
  const lock = new URL(LOCK, config);
  return statOf(lock)?.isFile ? lock : undefined;
}

/**
 * Returns the flag that names `deno.json`: without it Deno would search from
 * the current folder.
 */
export function configFlag({ config }: Project): string {
  return config === undefined ? "--no-config" : `--config=${config}`;
}

/**
 * Returns the flags of a run. A lent lock file must not record imports of other
 * projects; and Deno does not start if it cannot create the lock file, as in a
 * read-only folder.
 */
export function projectFlags(project: Project): string[] {
  const flag = configFlag(project);
  const { config, lock, isLent } = project;
  if (config === undefined) return [flag];
  const isLockless = isLent || lock === undefined && !canLock(config);
  return isLockless ? [flag, "--no-lock"] : [flag];
}

/** True if Deno can create the lock file, or `deno.json` names it. */
function canLock(config: string): boolean {
  if (/"lock"\s*:/.test(read(fileUrl(config)))) return true;
  const dir = filePath(new URL(".", fileUrl(config)));
  try {
    Deno.removeSync(Deno.makeTempFileSync({ dir, prefix: ".caryatid-" }));
    return true;
  } catch {
    return false; // the same error would prevent a lock file
  }
}

/**
 * Returns the `deno.json` of the checkout that contains this code; undefined if
 * the code comes from a registry.
 */
function checkout(): URL | undefined {
  if (!import.meta.url.startsWith("file:")) return undefined;
  // Not that of the package, which has no import map.
  return nearestFile(new URL("../../deno.json", import.meta.url), NAMES);
}

/**
 * True if code of the checkout resolves in this project: by the import map of
 * the checkout, or by links to it.
 */
function resolvesCheckout(config: URL): boolean {
  const root = checkout();
  if (root === undefined) return true;
  const folder = new URL(".", root).href;
  return config.href.startsWith(folder) || /"links"\s*:/.test(read(config));
}

/** Searches the folder of `file`, then the folders above. */
function nearestFile(file: URL, names: readonly string[]): URL | undefined {
  for (let folder = new URL(".", file);;) {
    const all = names.map((name) => new URL(name, folder));
    const found = all.find((url) => statOf(url)?.isFile);
    const above = new URL("..", folder);
    if (found !== undefined || above.href === folder.href) return found;
    folder = above;
  }
}

function read(url: URL): string {
  try {
    return Deno.readTextFileSync(url);
  } catch {
    return ""; // Deno reports the reason
  }
}
