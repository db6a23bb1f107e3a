import { runnerSpecifier } from "../run_program.ts";
import type { Part, Subject } from "../subject.ts";
import type { Use } from "./audit.ts";
import { CodeGraph } from "./code_graph.ts";

/** Whose code asked: a module's or a bus's, the process's own, or why nobody can tell. */
export type Owner = Part | "process" | { readonly unknown: string };

/** What connects without a line of its user on the stack. */
const NODE_NETWORK = /^node:(net|tls|http|https|http2|dns|dgram)\b/;

/** Knows which code belongs to which part of a configuration: what its file imports, directly or not. */
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

  /** Those of a configuration. */
  static async of(
    { parts, project }: Subject,
    flags: readonly string[],
  ): Promise<CodeOwners> {
    const named = parts.filter(({ specifier }) => specifier !== undefined);
    const specifierOf = ({ specifier, inspection }: Part) =>
      inspection.resolved ?? specifier!;
    const specifiers = new Set(named.map(specifierOf));
    const runner = runnerSpecifier();
    const graph = await CodeGraph.of([runner, ...specifiers], project, flags);
    return new CodeOwners(
      new Map(
        named.map((part) => [part, new Set(graph.closure(specifierOf(part)))]),
      ),
      new Set(graph.closure(runner)),
    );
  }

  /** Goes from the innermost file outwards to the first that is one part's alone: shared code asks for who called it. */
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
      { unknown: `it is code of ${names([...sharers])}` };
  }

  #ownersOf(file: string): Part[] {
    if (covers(this.#process, file)) return [];
    return [...this.#own].filter(([, files]) => covers(files, file))
      .map(([part]) => part);
  }

  /** A module may import another one's file, for its topics: what runs there is still that one's. */
  #entryOf(stack: readonly string[]): Part | undefined {
    for (const file of stack) {
      const owners = [...this.#own].filter(([, [entry]]) => entry === file);
      if (owners.length === 1) return owners[0]![0];
    }
  }

  #withoutStack(kind: string): Owner {
    const unknown = "Deno doesn't tell whose code it was";
    if (kind !== "net") return { unknown };
    const able = [...this.#own].filter(([, files]) =>
      [...files].some((file) => NODE_NETWORK.test(file) || file.endsWith("/"))
    ).map(([part]) => part);
    if (able.length === 1) return able[0]!;
    return able.length === 0
      ? { unknown }
      : { unknown: `${unknown}: that of ${names(able)} may` };
  }
}

/** Packages are folders. */
function covers(files: ReadonlySet<string>, file: string): boolean {
  return files.has(file) ||
    [...files].some((one) => one.endsWith("/") && file.startsWith(one));
}

/** `module.a`, `module.a and module.b`, … */
function names(parts: readonly Part[]): string {
  return parts.map(({ kind, config }) => `${kind}.${config.id}`).join(" and ");
}
