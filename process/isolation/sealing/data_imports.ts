import { CaryatidError } from "@caryatid/sdk";
import { pathCovers } from "../../config/grant_covers.ts";
import { filePath, fileUrl } from "../../platform/file_urls.ts";
import { PACKAGE_FOLDER } from "../../platform/version.ts";
import { canonicalPath } from "../guest/canonical_url.ts";
import { rememberHashes } from "./checked_hashes.ts";
import {
  codeFolders,
  folderOf,
  isCodeOf,
  isPackaged,
  realPath,
} from "./code_folders.ts";
import type { GraphImport, ModuleGraph } from "./module_graph.ts";
import { type GraphOptions, isConfigFlag, readGraph } from "./read_graph.ts";
import { SourceReader } from "./source_reader.ts";
import { StampedResults } from "./stamped_results.ts";

/** Code whose data imports are checked. */
export interface CheckedCode {
  /** Absolute, unless the import map resolves it. */
  readonly specifier: string;
  /** Paths that the module is granted to read. */
  readonly read: readonly string[];
}

/** Specifiers of code that cannot import local files. */
const REMOTE = /^(https?|jsr|npm|node|data|blob):/i;

/**
 * Checks the data imports (`json`, `text`, `bytes`) of local code: each file
 * must be in the folder of the code, or granted. Deno itself asks for no
 * permission. No code runs, and symbolic links count as their targets.
 *
 * Returns the path of the folder as a URL has it, with a slash at its end;
 * undefined if the code is not local.
 *
 * @throws {CaryatidError} `LOAD_FAILED` with file and line of the first one
 */
export async function checkDataImports(
  code: CheckedCode,
  options: GraphOptions,
): Promise<string | undefined> {
  if (REMOTE.test(code.specifier)) return undefined;
  const known = CHECKED.get(keyOf(code, options));
  if (known !== undefined) return known;
  const graph = await readGraph([code.specifier], options);
  return folderOfData(code, graph, options);
}

/**
 * Checks the code of several modules, with one start of Deno. Returns the
 * errors by the index of the code. The first start of code without an error
 * runs what was checked: {@linkcode compareHashes}.
 */
export async function dataImportErrors(
  codes: readonly CheckedCode[],
  options: GraphOptions,
): Promise<(CaryatidError | undefined)[]> {
  const local = codes.map(({ specifier }) => specifier)
    .filter((specifier) => !REMOTE.test(specifier));
  const all = local.length > 1
    // without a graph of all, each one shows whether it is the cause
    ? await readGraph([...new Set(local)], options).catch(() => undefined)
    : undefined;
  return await Promise.all(codes.map(async (code) => {
    if (!local.includes(code.specifier)) return undefined;
    try {
      const graph = all ?? await readGraph([code.specifier], options);
      folderOfData(code, graph, options);
      rememberHashes(code.specifier, await localHashes(code, graph));
    } catch (error) {
      if (error instanceof CaryatidError) return error;
      throw error;
    }
  }));
}

/** Returns the hashes of the local files that code consists of, by URL. */
async function localHashes(
  { specifier }: CheckedCode,
  graph: ModuleGraph,
): Promise<Record<string, string>> {
  const root = graph.rootOf(specifier) ?? specifier;
  const urls = new Set([root]);
  for (const [file, { code }] of graph.importsOf(root)) {
    if (!isOwn(file)) urls.add(graph.resolve(code?.specifier ?? ""));
  }
  const reader = new SourceReader(graph);
  const hashes: Record<string, string> = {};
  await Promise.all([...urls].map(async (url) => {
    if (!url.startsWith("file:") || isOwn(url)) return;
    // a file that is missing cannot be started
    const source = await reader.read(url).catch(() => undefined);
    if (source !== undefined) hashes[url] = source.hash;
  }));
  return hashes;
}

function folderOfData(
  code: CheckedCode,
  graph: ModuleGraph,
  options: GraphOptions,
): string | undefined {
  const root = graph.rootOf(code.specifier);
  const path = root?.startsWith("file:") ? canonicalPath(root) : undefined;
  if (root === undefined || path === undefined) return undefined;
  const targets = checkGraphData(code, graph, options);
  const url = path.slice(0, path.lastIndexOf("/") + 1);
  const urls = new Set([root, ...configUrls(options), ...targets]);
  CHECKED.set(keyOf(code, options), url, urls);
  return url;
}

/**
 * Checks the imports of code in a graph: data must be in its folder, code in
 * its project. Remote code may import neither of them locally. Returns the URLs
 * that the code imports.
 *
 * @throws {CaryatidError} `LOAD_FAILED` with file and line of the first one
 */
export function checkGraphData(
  { specifier, read }: CheckedCode,
  graph: ModuleGraph,
  options: Pick<GraphOptions, "flags">,
): Set<string> {
  const targets = new Set<string>();
  const root = graph.rootOf(specifier);
  if (root === undefined) return targets;
  const isLocal = root.startsWith("file:");
  const folders = isLocal ? foldersOf(filePath(root)) : [];
  const [config] = configUrls(options);
  const project = isLocal
    ? codeFolders(filePath(root), config && filePath(config))
    : [];
  for (const [file, found] of graph.importsOf(root)) {
    if (isOwn(file)) continue;
    if (found.code?.specifier) targets.add(found.code.specifier);
    const reason = found.assertionType === undefined
      ? reasonAgainstCode(found, project, read)
      : reasonAgainst(found, folders, read);
    if (reason !== undefined) throw refusal(file, found, reason);
  }
  return targets;
}

const CHECKED = new StampedResults<string>();

/**
 * Key of a result. The flags of one configuration differ only in their
 * permission to download.
 */
function keyOf({ specifier, read }: CheckedCode, { flags }: GraphOptions) {
  return JSON.stringify([specifier, read, flags.filter(isConfigFlag)]);
}

/** Returns the file of the import map. */
export function configUrls(
  { flags }: Pick<GraphOptions, "flags">,
): string[] {
  return flags.flatMap((flag) =>
    flag.startsWith("--config=")
      ? [fileUrl(flag.slice("--config=".length)).href]
      : []
  );
}

function reasonAgainst(
  { code, assertionType }: GraphImport,
  folders: readonly string[],
  read: readonly string[],
): string | undefined {
  const target = code?.specifier;
  if (assertionType === undefined || !target?.startsWith("file:")) return;
  if (canonicalPath(target) === undefined) {
    return "a path that is not in canonical form";
  }
  const path = filePath(target);
  if (read.some((wide) => pathCovers(wide, path))) return;
  const real = realPath(path);
  if (real === undefined) return "a path whose links this program may not read";
  if (folders.some((folder) => real.startsWith(folder))) {
    return hasOtherNames(real) ? "a file with further hard links" : undefined;
  }
  return real === path
    ? "a file outside its folder"
    : `a link to "${real}", which is outside its folder`;
}

/** Returns undefined for code of the project of a module, or of a package. */
function reasonAgainstCode(
  { code }: GraphImport,
  folders: readonly string[],
  read: readonly string[],
): string | undefined {
  const target = code?.specifier;
  if (!target?.startsWith("file:")) return undefined;
  const path = filePath(target);
  if (read.some((wide) => pathCovers(wide, path))) return undefined;
  const real = realPath(path) ?? path;
  if (!isCodeOf(folders, path)) return "a file outside its project";
  return isCodeOf(folders, real)
    ? undefined
    : `a link to "${real}", which is outside its project`;
}

function refusal(
  file: string,
  { specifier, code, assertionType }: GraphImport,
  reason: string,
): CaryatidError {
  const line = (code?.span?.start.line ?? 0) + 1;
  const shown = file.startsWith("file:") ? filePath(file) : file;
  const [what, wanted, place] = assertionType === undefined
    ? ["", "code of the project", "project"]
    : [` as ${assertionType}`, "data of the folder", "folder"];
  return new CaryatidError(
    "LOAD_FAILED",
    `${shown}:${line} imports "${specifier}"${what}: found ${reason}; ` +
      `expected ${wanted} or package of an isolated module`,
    {
      hint: `Move the file into the ${place}, or add it to read of the module.`,
    },
  );
}

/** True for code of Caryatid itself, in a checkout. */
function isOwn(specifier: string): boolean {
  return OWN.some((folder) => specifier.startsWith(folder));
}

const OWN = ["sdk", "modules", "process/platform", "process/codec"].map((
  folder,
) => new URL(`../${folder}/`, PACKAGE_FOLDER).href);

/** Returns the folder of a file, and that of the file it links to. */
function foldersOf(path: string): string[] {
  return [folderOf(path), folderOf(realPath(path) ?? path)];
}

/**
 * Returns true if a file has further names, which may be outside of its folder.
 * Installers of packages link files from a store, so those do not count.
 */
function hasOtherNames(path: string): boolean {
  if (isPackaged(path)) return false;
  try {
    return (Deno.lstatSync(path).nlink ?? 1) > 1;
  } catch {
    return false; // the file is missing
  }
}
