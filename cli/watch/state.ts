import { filePath, fileUrl } from "@caryatid/process/internal/platform";
import { localFiles } from "../project/config_files.ts";
import { configFlag } from "../project/project.ts";
import type { Grant } from "../permissions/grants.ts";
import { denoArgs, importHosts } from "../run/deno_args.ts";
import { type RunOptions, SOURCE_FLAGS } from "../run/run_options.ts";
import { runProgramUrl } from "../run/run_program.ts";
import type { Part } from "../inspection/inspection.ts";
import type { CheckedConfig } from "../review/checked_config.ts";
import { type CodeFile, CodeGraph } from "../deno/code_graph.ts";
import { workerSources } from "../run/guests.ts";

/** A configuration and its code at one moment. */
export interface State {
  readonly checked: CheckedConfig;
  /** Arguments for Deno. */
  readonly args: readonly string[];
  /** See `workerSources`. */
  readonly sources: readonly Grant[];
  readonly graph: CodeGraph;
  /** Texts of the watched files. */
  readonly texts: Texts;
}

/** Texts of files by URL; undefined for a file that does not exist. */
export type Texts = ReadonlyMap<string, string | undefined>;

/** Reads the code that a configuration needs. */
export async function readState(
  checked: CheckedConfig,
  files: readonly string[],
  options: RunOptions,
): Promise<State> {
  const flag = configFlag(checked.project);
  const program = runProgramUrl(checked.parts, { guests: true });
  // Without a graph only the configuration is watched; the process reports why
  // its code cannot be loaded.
  const graph = await CodeGraph.of([program], [flag, "--no-lock"])
    .catch(() => new CodeGraph({ modules: [] }));
  const watched = watchedUrls(checked, graph);
  const sources = await workerSources(checked, {
    flags: options.flags?.filter((flag) => SOURCE_FLAGS.includes(flag)),
    allowImport: importHosts(options),
  });
  return {
    checked,
    args: denoArgs(checked, files, { ...options, sources }),
    sources,
    graph,
    texts: await readTexts(watched),
  };
}

/**
 * Returns the local files that the code of a part needs, itself included; those
 * of Caryatid only with `own`.
 */
export function codeOf(
  { config, specifier, inspection: { resolved = specifier } }: Part,
  graph: CodeGraph,
  { own = false }: { readonly own?: boolean } = {},
): Map<string, CodeFile> {
  if (config.import === undefined || resolved === undefined) return new Map();
  const files = graph.filesOf([resolved]);
  for (const url of files.keys()) if (!own && isOwn(url)) files.delete(url);
  return files;
}

/** Reads files. */
export async function readTexts(urls: Iterable<string>): Promise<Texts> {
  const texts = new Map<string, string | undefined>();
  for (const url of urls) texts.set(url, await readText(url));
  return texts;
}

/** Returns the URLs in `next` whose text differs from that in `before`. */
export function changedIn(next: Texts, before: Texts): Set<string> {
  const changed = new Set<string>();
  for (const [url, text] of next) {
    if (before.get(url) !== text) changed.add(url);
  }
  return changed;
}

function watchedUrls(checked: CheckedConfig, graph: CodeGraph): Set<string> {
  const { files, parts, project } = checked;
  const config = project.isLent || project.config === undefined
    ? []
    : [fileUrl(project.config).href];
  return new Set([
    ...localFiles(files).map(({ href }) => href),
    ...config,
    ...parts.flatMap((part) => [...codeOf(part, graph).keys()]),
  ]);
}

async function readText(url: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(filePath(url));
  } catch {
    return undefined; // the code that needs the file reports the reason
  }
}

/**
 * True for packages of the checkout, which the process keeps as they were when
 * it started.
 */
function isOwn(url: string): boolean {
  return import.meta.url.startsWith("file:") &&
    ["sdk", "process", "cli", "modules"].some((name) =>
      url.startsWith(new URL(`../../${name}/`, import.meta.url).href)
    );
}
