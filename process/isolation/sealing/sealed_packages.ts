import {
  type GraphPackage,
  isDownloaded,
  type ModuleGraph,
} from "./module_graph.ts";
import { fileUrl } from "../../platform/file_urls.ts";
import { temporaryStore } from "./temporary_store.ts";

/** Folder of packages in the sealed folder, as Deno's cache has it. */
const REGISTRY = "npm/registry.npmjs.org";
/** Files of packages that no code loads. */
const UNUSED = /\.(d\.[cm]?ts|map|md|markdown)$/i;

/** Copies of packages, in a folder that serves a guest as Deno's cache. */
export interface SealedPackages {
  /** Path of the folder. */
  readonly folder: string;
  /** Folder around it, if the copies end with this program. */
  readonly temporary?: string | undefined;
  /** Path of the lock file with the exact versions. */
  readonly lock: string;
  /** URL of the folder with the packages. */
  readonly url: string;
  /** JSON files of the packages by URL. */
  readonly data: Readonly<Record<string, string>>;
}

/** Packages of folders that this program has sealed or found. */
const found = new Map<string, Promise<SealedPackages>>();

/**
 * Copies the packages with these ids, and those that they depend on, to a
 * folder below `store`, or to a temporary one if it cannot be written. The name
 * of the folder is a hash of the ids, so the copy is made once and serves all
 * guests.
 *
 * @throws {Error} if a file cannot be read or written
 */
export async function sealPackages(
  ids: Iterable<string>,
  graph: ModuleGraph,
  store: string,
): Promise<SealedPackages> {
  const packages = closure(ids, graph);
  const lock = lockOf(packages);
  const sources = [...packages.values()].map(({ localPath }) => [
    localPath,
    Deno.statSync(`${localPath}/package.json`).mtime?.getTime(),
  ]);
  const name = await hashOf(JSON.stringify([lock, sources]));
  const folder = `${store}/${name}`;
  let sealed = found.get(folder);
  if (sealed === undefined) {
    sealed = seal(folder, packages, lock).catch(async (error) => {
      // The cache may be read-only, as in a container.
      if (error instanceof Deno.errors.NotFound) throw error;
      const temporary = await temporaryStore();
      const sealed = await seal(`${temporary}/${name}`, packages, lock);
      return { ...sealed, temporary };
    });
    sealed.catch(() => found.delete(folder));
    found.set(folder, sealed);
  }
  return await sealed;
}

/**
 * Returns the folders of the same packages where Deno has them, and their JSON
 * files by URL.
 */
export function packagesInPlace(
  ids: Iterable<string>,
  graph: ModuleGraph,
): Pick<SealedPackages, "data"> & { readonly urls: readonly string[] } {
  const folders = [...closure(ids, graph).values()]
    .map(({ localPath }) => localPath!);
  const data = folders.flatMap((folder) =>
    [...dataFiles(folder, "")].map(([path, text]) =>
      [fileUrl(`${folder}/${path}`).href, text] as const
    )
  );
  return {
    urls: folders.map((folder) => `${fileUrl(folder).href}/`),
    data: Object.fromEntries(data),
  };
}

async function seal(
  folder: string,
  packages: ReadonlyMap<string, GraphPackage>,
  lock: string,
): Promise<SealedPackages> {
  const data = `${folder}/data.json`;
  if (await textOf(data) === undefined) {
    // Another program may make the same copy at the same time.
    const draft = `${folder}.${crypto.randomUUID()}`;
    try {
      await copyPackages(draft, packages);
      await Deno.writeTextFile(`${draft}/deno.lock`, lock);
      const files = Object.fromEntries(dataFiles(draft, ""));
      await Deno.writeTextFile(`${draft}/data.json`, JSON.stringify(files));
      await Deno.rename(draft, folder);
    } catch (error) {
      // the draft is missing if its folder could not be written
      await Deno.remove(draft, { recursive: true }).catch(() => {});
      if (await textOf(data) === undefined) throw error;
    }
  }
  const files: Record<string, string> = JSON.parse((await textOf(data))!);
  const root = fileUrl(folder).href;
  return {
    folder,
    lock: `${folder}/deno.lock`,
    url: `${root}/npm/`,
    data: Object.fromEntries(
      Object.entries(files).map(([path, text]) => [`${root}/${path}`, text]),
    ),
  };
}

async function copyPackages(
  folder: string,
  packages: ReadonlyMap<string, GraphPackage>,
): Promise<void> {
  for (const { name, version, localPath } of packages.values()) {
    const target = `${folder}/${REGISTRY}/${name}/${version}`;
    await copyFolder(localPath!, target);
  }
}

/** Copies files and folders. Links would lead out of the copy. */
async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (isDirectory && name !== "node_modules") {
      await copyFolder(`${from}/${name}`, `${to}/${name}`);
    } else if (isFile && !UNUSED.test(name)) {
      await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
    }
  }
}

/** Yields the JSON files below a folder, by path. */
function* dataFiles(
  folder: string,
  below: string,
): Generator<readonly [path: string, text: string]> {
  const entries = Deno.readDirSync(`${folder}/${below}`);
  for (const { name, isDirectory, isFile } of entries) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory && name !== "node_modules") {
      yield* dataFiles(folder, path);
    } else if (isFile && name.endsWith(".json")) {
      yield [path, Deno.readTextFileSync(`${folder}/${path}`)];
    }
  }
}

/** Returns downloaded packages with all that they depend on. */
function closure(
  ids: Iterable<string>,
  graph: ModuleGraph,
): Map<string, GraphPackage> {
  const packages = new Map<string, GraphPackage>();
  const wanted = new Set(ids);
  for (const id of wanted) {
    const one = graph.package(id);
    // Optional packages of other systems are not downloaded.
    if (one === undefined || !isDownloaded(one)) continue;
    packages.set(id, one);
    for (const dependency of one.dependencies) wanted.add(dependency);
  }
  return new Map([...packages].sort(([a], [b]) => a < b ? -1 : 1));
}

/**
 * Returns a lock file in the format of Deno. Without hashes of packages, which
 * Deno compares only when it downloads them.
 */
function lockOf(packages: ReadonlyMap<string, GraphPackage>): string {
  const specifiers = [...packages].map(([id, { name, version }]) => [
    `npm:${name}@${version}`,
    id.slice(name.length + 1),
  ]);
  const npm = [...packages].map(([id, one]) => {
    const aliasOf = aliasesOf(one);
    const dependencies = one.dependencies.filter((id) => packages.has(id))
      .map((id) => `${aliasOf(packages.get(id)!)}${id}`);
    return [id, { dependencies }];
  });
  return JSON.stringify({
    version: "5",
    specifiers: Object.fromEntries(specifiers),
    npm: Object.fromEntries(npm),
  });
}

/**
 * Returns a function that returns `name@npm:` if a dependency of a package has
 * another name there.
 */
function aliasesOf(
  { localPath }: GraphPackage,
): (dependency: GraphPackage) => string {
  const text = Deno.readTextFileSync(`${localPath}/package.json`);
  const { dependencies, optionalDependencies } = JSON.parse(text);
  const all = Object.entries({ ...dependencies, ...optionalDependencies });
  return ({ name }) => {
    const [alias] =
      all.find(([, range]) => `${range}`.startsWith(`npm:${name}@`)) ?? [];
    return alias === undefined ? "" : `${alias}@npm:`;
  };
}

async function hashOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex().slice(0, 32);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
