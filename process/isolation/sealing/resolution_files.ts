import { filePath, fileUrl } from "../../platform/file_urls.ts";
import { folderOf } from "./code_folders.ts";
import type { ModuleGraph } from "./module_graph.ts";

/** Files by which Deno finds what code imports. */
const NAMES = ["deno.json", "deno.jsonc", "package.json", "deno.lock"];

/**
 * Returns the paths of files, also of missing ones, whose change can change
 * what local code imports: settings in the folders around it, downloaded code
 * and packages.
 *
 * @param urls URLs of the code, and of the configuration of Deno
 */
export function resolutionFiles(
  urls: readonly string[],
  graph: ModuleGraph,
): string[] {
  const paths = new Set<string>();
  const folders = new Set<string>();
  for (const url of urls) {
    if (url.startsWith("file:")) folders.add(folderOf(filePath(url)));
    else {
      const { local } = graph.file(url) ?? {};
      if (local !== undefined) paths.add(local);
    }
  }
  for (const folder of folders) {
    for (const name of NAMES) paths.add(folder + name);
    const above = folderOf(folder.slice(0, -1));
    if (above !== "" && above !== folder) folders.add(above);
  }
  for (const { localPath } of graph.packages) {
    if (localPath !== undefined) paths.add(`${localPath}/package.json`);
  }
  for (const path of [...paths]) {
    const map = path.endsWith(".lock") ? undefined : importMapOf(path);
    if (map !== undefined) paths.add(map);
  }
  return [...paths];
}

/** Returns the path of the import map that a configuration of Deno names. */
function importMapOf(config: string): string | undefined {
  try {
    const text = Deno.readTextFileSync(config);
    const [, path] = /"importMap"\s*:\s*"([^":]+)"/.exec(text) ?? [];
    return path && filePath(new URL(path, fileUrl(config)));
  } catch {
    return undefined; // the file is missing
  }
}
