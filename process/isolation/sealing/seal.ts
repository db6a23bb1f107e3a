import { CaryatidError } from "@caryatid/sdk";
import { filePath, fileUrl } from "../../platform/file_urls.ts";
import {
  type CheckedCode,
  checkGraphData,
  configUrls,
} from "./data_imports.ts";
import { isDownloaded, type ModuleGraph } from "./module_graph.ts";
import {
  CACHED_ONLY,
  type GraphOptions,
  isConfigFlag,
  readGraph,
} from "./read_graph.ts";
import { denoDirOf } from "./deno_dir.ts";
import { resolutionFiles } from "./resolution_files.ts";
import { SealStore } from "./seal_store.ts";
import { sealCode, type SealedCode, type SealedRoots } from "./sealed_code.ts";
import { StampedResults } from "./stamped_results.ts";
import { adoptedStore, adoptTemporaryStore } from "./temporary_store.ts";

/** Options of {@linkcode seal}. */
export interface SealOptions extends GraphOptions {
  /** Flag that names the hosts of imports. */
  readonly importFlag: string;
}

/** Arguments of {@linkcode seal} for another program. */
export interface SealRequest {
  readonly roots: SealedRoots;
  readonly read: readonly string[];
  readonly options: SealOptions;
  /** Folder of an earlier answer for copies of packages. */
  readonly temporary?: string | undefined;
}

/** Result of {@linkcode seal} in another program. */
export type SealAnswer =
  | { readonly sealed: Omit<SealedCode, "frame"> & { readonly frame: string } }
  | { readonly message: string; readonly hint: string | undefined };

const SEALED = new StampedResults<SealedCode>();

/**
 * Checks the data imports of the code of a guest, then reads and transpiles all
 * that it imports. The result is kept in Deno's cache until a file changes.
 * Downloads what is missing, unless the flags have `--cached-only`.
 *
 * @throws {CaryatidError} `LOAD_FAILED` for a data import, with file and line,
 * and if Deno refuses the code
 * @throws {Error} if a file of Caryatid or a package cannot be read
 */
export async function seal(
  roots: SealedRoots,
  read: CheckedCode["read"],
  options: SealOptions,
): Promise<SealedCode> {
  const flags = absolute(options.flags);
  const { env, importFlag } = options;
  const { JSR_URL, NPM_CONFIG_REGISTRY } = env;
  const registries = [JSR_URL, NPM_CONFIG_REGISTRY];
  const key = JSON.stringify([roots, read, flags, importFlag, registries]);
  const known = SEALED.get(key);
  if (known !== undefined) return known;
  const began = Date.now();
  const store = new SealStore(await denoDirOf(env));
  const stored = await store.get(key);
  if (stored !== undefined) {
    SEALED.set(key, stored, [...stored.urls, ...configUrls({ flags })]);
    return stored;
  }
  const specifiers = [roots.loader, roots.entry, roots.module];
  const all = { ...options, flags: [...flags, options.importFlag] };
  let graph = await readGraph(specifiers, all);
  if (!flags.includes(CACHED_ONLY) && isIncomplete(graph, specifiers)) {
    await download(specifiers, { ...options, flags });
    graph = await readGraph(specifiers, all);
  }
  checkGraphData({ specifier: roots.module, read }, graph, all);
  const sealed = await sealCode(roots, graph, all);
  // Missing code may exist at the next start.
  if (!sealed.isWhole) return sealed;
  const urls = [...sealed.urls, ...configUrls(all)];
  SEALED.set(key, sealed, urls);
  if (sealed.packages?.temporary === undefined) {
    const paths = [
      ...urls.filter((url) => url.startsWith("file:")).map(filePath),
      ...resolutionFiles(urls, graph),
      ...sealed.packages ? [sealed.packages.lock] : [],
    ];
    await store.set(key, sealed, paths, began);
  }
  return sealed;
}

/**
 * Seals code in another program, whose code is at `program`. Used by a program
 * that may run Deno, and may not read the code itself.
 */
export async function sealElsewhere(
  program: string,
  request: Omit<SealRequest, "temporary">,
): Promise<SealedCode> {
  const { flags, env } = request.options;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-all", "--no-lock"],
      ...flags.filter(isConfigFlag),
      ...[program, JSON.stringify({ ...request, temporary: adoptedStore() })],
    ],
    clearEnv: true,
    env: { ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") {
    const reason = new TextDecoder().decode(stderr).trim();
    throw new CaryatidError("LOAD_FAILED", reason);
  }
  const answer: SealAnswer = JSON.parse(text);
  if ("sealed" in answer) {
    const { temporary } = answer.sealed.packages ?? {};
    if (temporary !== undefined) adoptTemporaryStore(temporary);
    const frame = Uint8Array.fromBase64(answer.sealed.frame);
    return { ...answer.sealed, frame };
  }
  const { message, hint } = answer;
  throw new CaryatidError("LOAD_FAILED", message, { hint });
}

/** Deno transpiles in another folder. */
function absolute(flags: readonly string[]): string[] {
  return flags.map((flag) =>
    flag.startsWith("--config=")
      ? `--config=${filePath(fileUrl(flag.slice("--config=".length)))}`
      : flag
  );
}

/** Returns true if an imported package is not downloaded. */
function isIncomplete(
  graph: ModuleGraph,
  specifiers: readonly string[],
): boolean {
  return specifiers.some((specifier) => {
    const root = graph.rootOf(specifier) ?? specifier;
    for (const [, found] of graph.importsOf(root)) {
      const id = graph.packageIn(found);
      if (id !== undefined && !isDownloaded(graph.package(id))) return true;
    }
    return false;
  });
}

/** Errors appear in the graph that is read next. */
async function download(
  specifiers: readonly string[],
  { flags, importFlag, env }: SealOptions,
): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", ...flags, importFlag, ...specifiers],
    clearEnv: true,
    env: { ...env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
}
