import { filePath } from "@caryatid/process/internal/platform";
import { CodeGraph } from "../deno/code_graph.ts";
import { LockCopy } from "../project/lock_copy.ts";
import { configFlag, type Project } from "../project/project.ts";
import { npmSettings } from "../project/npm_settings.ts";
import { projectFiles } from "../project/project_files.ts";

/** Flags that keep `deno info` offline: it would download missing code. */
const OFFLINE = ["--no-remote", "--no-npm"];

/** Local files that inspected code needs, by the specifiers of a project. */
export class InspectedFiles {
  readonly #graph: CodeGraph;
  readonly #resolved: ReadonlyMap<string, string>;
  /** Files by which Deno resolves imports. */
  readonly project: readonly string[];

  private constructor(
    graph: CodeGraph,
    resolved: ReadonlyMap<string, string>,
    project: readonly string[],
  ) {
    this.#graph = graph;
    this.#resolved = resolved;
    this.project = project;
  }

  /**
   * Reads the imports between local files. Downloads nothing, and runs no code.
   *
   * @throws {CaryatidError} `LOAD_FAILED` if `deno info` fails
   */
  static async of(
    specifiers: readonly string[],
    project: Project,
    flags: readonly string[],
  ): Promise<InspectedFiles> {
    // `deno info` writes the lock file, and so does the check of the lock file
    // that runs at the same time.
    using lock = LockCopy.ofFlags(flags);
    const { graph, resolved } = await CodeGraph.resolving(specifiers, [
      ...OFFLINE,
      configFlag(project),
      // The inspections compare the lock file. Offline, code is missing.
      ...lock.flags.filter((flag) => flag !== "--frozen"),
    ]);
    return new InspectedFiles(graph, resolved, [
      ...projectFiles(project),
      ...npmSettings(project),
    ]);
  }

  /** Returns the specifier as the import map resolves it. */
  resolve(specifier: string): string | undefined {
    return this.#resolved.get(specifier);
  }

  /** Returns the paths of the local files that a specifier imports. */
  closure(specifier: string): string[] {
    return this.#urls(specifier)
      .filter((url) => url.startsWith("file:") && !url.endsWith("/"))
      .map((url) => filePath(url));
  }

  /** Returns true if a host can change the code under the same URL. */
  isChangeable(specifier: string): boolean {
    return this.#urls(specifier).some((url) => /^https?:/.test(url));
  }

  #urls(specifier: string): readonly string[] {
    return this.#graph.closure(this.#resolved.get(specifier) ?? specifier);
  }
}
