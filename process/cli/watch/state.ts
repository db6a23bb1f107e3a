import { filePath, fileUrl } from "../file_urls.ts";
import { configFlag } from "../project.ts";
import { denoArgs } from "../run_args.ts";
import type { RunOptions } from "../run_options.ts";
import { runProgramUrl } from "../run_program.ts";
import type { Part, Subject } from "../subject.ts";
import { type CodeFile, CodeGraph } from "./code_graph.ts";

/** A configuration as it stands in its files at one time, with the code that it names. */
export interface State {
  readonly subject: Subject;
  /** For Deno. */
  readonly args: readonly string[];
  readonly graph: CodeGraph;
  /** What the watched files hold, by URL; a file that isn't there holds nothing. */
  readonly texts: Texts;
}

/** What files hold. */
export type Texts = ReadonlyMap<string, string | undefined>;

/** Finds out what code a subject needs, and reads it. */
export async function readState(
  subject: Subject,
  files: readonly string[],
  options: RunOptions,
): Promise<State> {
  const flag = configFlag(subject.project);
  const program = runProgramUrl(subject.parts);
  const graph = await CodeGraph.of(program, [flag, "--no-lock"]);
  const watched = watchedUrls(subject, graph);
  return {
    subject,
    args: denoArgs(subject, files, options),
    graph,
    texts: await readTexts(watched),
  };
}

/** The local files that a part's code needs, itself included; of Caryatid's own only with `own`. */
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

/** Reads files as they are now. */
export async function readTexts(urls: Iterable<string>): Promise<Texts> {
  const texts = new Map<string, string | undefined>();
  for (const url of urls) texts.set(url, await readText(url));
  return texts;
}

/** Which of the files of `next` hold something else than in `before`. */
export function changedIn(next: Texts, before: Texts): Set<string> {
  const changed = new Set<string>();
  for (const [url, text] of next) {
    if (before.get(url) !== text) changed.add(url);
  }
  return changed;
}

function watchedUrls(subject: Subject, graph: CodeGraph): Set<string> {
  const { files, parts, project } = subject;
  const config = project.isLent || project.config === undefined
    ? []
    : [fileUrl(project.config).href];
  return new Set([
    ...files.filter(({ protocol }) => protocol === "file:")
      .map(({ href }) => href),
    ...config,
    ...parts.flatMap((part) => [...codeOf(part, graph).keys()]),
  ]);
}

async function readText(url: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(filePath(url));
  } catch {
    return undefined; // whoever needs it says what is wrong with it
  }
}

/** A package of a checkout, which runs as it was when the process began. */
function isOwn(url: string): boolean {
  return import.meta.url.startsWith("file:") &&
    ["sdk", "process", "modules"].some((name) =>
      url.startsWith(new URL(`../../../${name}/`, import.meta.url).href)
    );
}
