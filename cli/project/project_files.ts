import { filePath, fileUrl } from "@caryatid/process/internal/platform";
import type { Project } from "./project.ts";

const CONFIG_NAMES = ["deno.json", "deno.jsonc"];
const NAMES = [...CONFIG_NAMES, "deno.lock", "package.json", "node_modules"];

/** Keys of deno.json that name other files. */
interface DenoConfig {
  readonly importMap?: unknown;
  readonly workspace?: readonly string[] | WorkspaceTable;
  readonly links?: readonly string[];
}

interface WorkspaceTable {
  readonly members?: readonly string[];
}

/**
 * Returns the paths by which Deno resolves imports: files of the project, and
 * of the folders around it, which may be its workspace. Some may not exist.
 */
export function projectFiles({ config, lock }: Project): string[] {
  if (config === undefined) return [];
  const own = filePath(fileUrl(config));
  const files = [own, ...namedFiles(own), ...lock === undefined ? [] : [lock]];
  for (let folder = folderOf(own);;) {
    files.push(...NAMES.map((name) => `${folder}/${name}`));
    const configs = CONFIG_NAMES.map((name) => `${folder}/${name}`);
    files.push(...configs.filter((path) => path !== own).flatMap(namedFiles));
    const above = folderOf(folder);
    if (above === folder) break;
    folder = above;
  }
  return [...new Set(files)];
}

/**
 * Returns the files that a deno.json names: its import map, its members, and
 * linked packages.
 */
function namedFiles(config: string): string[] {
  const { importMap, workspace, links = [] } = parsed(config);
  const members = workspace instanceof Array ? workspace : workspace?.members;
  const named = (name: string) => filePath(new URL(name, fileUrl(config)));
  return [
    ...typeof importMap === "string" ? [named(importMap)] : [],
    ...[...members ?? [], ...links].flatMap((member) =>
      [...CONFIG_NAMES, "package.json"].map((name) =>
        named(`${member.replace(/\/$/, "")}/${name}`)
      )
    ),
  ];
}

function folderOf(path: string): string {
  return path.replace(/[/\\][^/\\]*$/, "");
}

/** Reads deno.json; comments and a trailing comma are left out. */
function parsed(path: string): DenoConfig {
  try {
    const plain = Deno.readTextFileSync(path)
      .replace(
        /("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\//g,
        (_, text) => text ?? "",
      )
      .replace(/,(\s*[\]}])/g, "$1");
    return JSON.parse(plain);
  } catch {
    return {}; // it is missing, or Deno reports the fault
  }
}
