import { CodeGraph } from "./code_graph.ts";
import { filePath } from "./file_urls.ts";
import type { Grant } from "./grants.ts";
import { LockCopy } from "./lock_copy.ts";
import {
  type Part,
  sourceFlags,
  type Subject,
  type SubjectOptions,
} from "./subject.ts";

/**
 * What a process needs so that its workers find their code: Deno lets a worker import local files only where its process may read
 * them, though the worker itself may not. So: the files that are imported, and of Caryatid itself the folders.
 *
 * @throws {CaryatidError} `LOAD_FAILED` if Deno doesn't tell
 */
export async function workerSources(
  subject: Subject,
  options: Pick<SubjectOptions, "flags" | "allowImport">,
): Promise<Grant[]> {
  const workers = subject.parts.filter(isWorker);
  if (workers.length === 0) return [];
  const specifiers = workers.flatMap(({ specifier }) => specifier ?? []);
  const { project, config } = subject;
  using lock = LockCopy.of(project, options.flags);
  const flags = sourceFlags(config, specifiers, lock, options);
  const graph = await CodeGraph.of(specifiers, project, withoutCache(flags));
  const own = ownFolders();
  const files = workers.flatMap((part) =>
    part.specifier === undefined ? [] : localFiles(graph, part.specifier)
      .filter((url) => !own.some((folder) => url.startsWith(folder)))
      .map((url) => grant(`${part.kind}.${part.config.id}`, url, "its code"))
  );
  return [
    ...own.map((url) => grant("process", url, "its code, for workers")),
    ...files,
  ];
}

function isWorker(part: Part): boolean {
  return part.config.isolation === "worker";
}

/** `deno info` knows of neither, and runs nothing. */
function withoutCache(flags: readonly string[]): string[] {
  return flags.filter((flag) =>
    !["--cached-only", "--reload", "--frozen"].includes(flag)
  );
}

/** A package of npm is a folder; for those Deno asks for no right. */
function localFiles(graph: CodeGraph, specifier: string): string[] {
  return graph.closure(specifier).filter((url) =>
    url.startsWith("file:") && !url.endsWith("/")
  );
}

/** None where Caryatid came from a registry. */
function ownFolders(): string[] {
  return [
    new URL("../", import.meta.url),
    new URL(".", import.meta.resolve("@caryatid/sdk")),
  ].filter(({ protocol }) => protocol === "file:").map(({ href }) => href);
}

function grant(who: string, url: string, why: string): Grant {
  return { who, kind: "read", value: filePath(new URL(url)), why };
}
