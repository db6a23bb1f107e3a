import { runnerSpecifier } from "../run/run_program.ts";
import { type Part, partName } from "../inspection/inspection.ts";
import { projectFlags } from "../project/project.ts";
import type { CheckedConfig } from "../review/checked_config.ts";
import type { Use } from "./audit.ts";
import { CodeGraph } from "../deno/code_graph.ts";

/**
 * Owner of the code that made a request: a module or bus, the process itself,
 * or the reason why it is unknown.
 */
export type Owner = Part | "process" | { readonly unknown: string };

/** Modules of Node that connect without the caller on the stack. */
const NODE_NETWORK = /^node:(net|tls|http|https|http2|dns|dgram)\b/;

/**
 * Maps code to the parts of a configuration that import it, directly or
 * indirectly.
 */
export class CodeOwners {
  readonly #own: ReadonlyMap<Part, ReadonlySet<string>>;
  readonly #process: ReadonlySet<string>;

  private constructor(
    own: ReadonlyMap<Part, ReadonlySet<string>>,
    process: ReadonlySet<string>,
  ) {
    this.#own = own;
    this.#process = process;
  }

  /** Reads the imports of a configuration. */
  static async of(
    { parts, project }: CheckedConfig,
    flags: readonly string[],
  ): Promise<CodeOwners> {
    const named = parts.filter(({ specifier }) => specifier !== undefined);
    const specifierOf = ({ specifier, inspection }: Part) =>
      inspection.resolved ?? specifier!;
    const specifiers = new Set(named.map(specifierOf));
    const runner = runnerSpecifier();
    const graph = await CodeGraph.of([runner, ...specifiers], [
      ...projectFlags(project),
      ...flags,
    ]);
    return new CodeOwners(
      new Map(
        named.map((part) => [part, new Set(graph.closure(specifierOf(part)))]),
      ),
      new Set(graph.closure(runner)),
    );
  }

  /**
   * Returns the owner of the innermost file on the stack that belongs to one
   * part alone: shared code acts for its caller.
   */
  ownerOf({ kind, stack }: Use): Owner {
    if (stack.length === 0) return this.#withoutStack(kind);
    const sharers = new Set<Part>();
    for (const file of stack) {
      const owners = this.#ownersOf(file);
      if (owners.length === 1) return owners[0]!;
      for (const owner of owners) sharers.add(owner);
    }
    if (sharers.size === 0) return "process";
    return this.#entryOf(stack) ??
      { unknown: `it is code of ${namesOf([...sharers])}` };
  }

  #ownersOf(file: string): Part[] {
    if (covers(this.#process, file)) return [];
    return [...this.#own].filter(([, files]) => covers(files, file))
      .map(([part]) => part);
  }

  /**
   * A module may import the file of another one, for its topics: code in that
   * file still belongs to the other module.
   */
  #entryOf(stack: readonly string[]): Part | undefined {
    for (const file of stack) {
      const owners = [...this.#own].filter(([, [entry]]) => entry === file);
      if (owners.length === 1) return owners[0]![0];
    }
  }

  #withoutStack(kind: string): Owner {
    const unknown = "Deno does not report whose code it was";
    if (kind !== "net") return { unknown };
    const able = [...this.#own].filter(([, files]) =>
      [...files].some((file) => NODE_NETWORK.test(file) || file.endsWith("/"))
    ).map(([part]) => part);
    if (able.length === 1) return able[0]!;
    return able.length === 0
      ? { unknown }
      : { unknown: `${unknown}: ${namesOf(able)} may have used it` };
  }
}

/** An npm package is a folder, whose URL ends with a slash. */
function covers(files: ReadonlySet<string>, file: string): boolean {
  return files.has(file) ||
    [...files].some((one) => one.endsWith("/") && file.startsWith(one));
}

function namesOf(parts: readonly Part[]): string {
  return parts.map(partName).join(" and ");
}
