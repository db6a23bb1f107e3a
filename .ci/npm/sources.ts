import { join } from "node:path";

/** Fields of a package in its `deno.json`. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Source files by their entries: `./mod.ts` by `.`. */
  readonly exports: Readonly<Record<string, string>>;
  readonly publish: { readonly exclude: readonly string[] };
}

/** Reads the `deno.json` of a package. */
export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
}

/**
 * Yields the paths of all files that `deno publish` takes from a package,
 * relative to its folder.
 */
export async function* publishedFiles(
  folder: string,
  { publish }: Manifest,
  below = "",
): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(join(folder, below)));
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    const path = below === "" ? name : `${below}/${name}`;
    if (publish.exclude.some((glob) => isExcluded(path, glob))) continue;
    if (isDirectory) yield* publishedFiles(folder, { publish } as never, path);
    else if (path !== "deno.json") yield path;
  }
}

/** Returns true if a glob of `publish.exclude` matches the path. */
function isExcluded(path: string, glob: string): boolean {
  const wanted = glob.replace(/\/$/, "");
  if (!wanted.startsWith("**/")) return path === wanted;
  const [, last = ""] = wanted.split("**/");
  const name = path.split("/").at(-1)!;
  return last.startsWith("*") ? name.endsWith(last.slice(1)) : name === last;
}
