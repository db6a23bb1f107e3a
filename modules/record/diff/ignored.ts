import { CaryatidError } from "@caryatid/sdk";

/** Any key, or any index. */
const ANY = "*";

interface Node {
  ends: boolean;
  readonly below: Map<string, Node>;
}

/** Paths that are not compared, seen from a place within a message. */
export class Ignored {
  /** Nothing is ignored from here on. */
  static readonly NOTHING: Ignored = new Ignored([]);
  readonly #nodes: readonly Node[];

  private constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  /**
   * Takes paths such as `message.items[*].id`, `headers` or `message["a.b"]`; `*` is any key or index.
   *
   * @throws {CaryatidError} `INVALID_OPTION` for a path that is none
   */
  static of(paths: readonly string[]): Ignored {
    const root: Node = { ends: false, below: new Map() };
    for (const path of paths) {
      let node = root;
      for (const step of stepsOf(path)) {
        let next = node.below.get(step);
        if (next === undefined) {
          node.below.set(step, next = { ends: false, below: new Map() });
        }
        node = next;
      }
      node.ends = true;
    }
    return new Ignored([root]);
  }

  /** What is ignored below `step`; undefined if that itself is. */
  at(step: string | number): Ignored | undefined {
    if (this.#nodes.length === 0) return this;
    const nodes: Node[] = [];
    for (const { below } of this.#nodes) {
      for (const key of [String(step), ANY]) {
        const node = below.get(key);
        if (node?.ends) return undefined;
        if (node !== undefined) nodes.push(node);
      }
    }
    return nodes.length === 0 ? Ignored.NOTHING : new Ignored(nodes);
  }
}

/** A step of a path, as it is written behind the others. */
export function shownStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[A-Za-z_$][\w$-]*$/.test(step)
    ? `.${step}`
    : `[${JSON.stringify(step)}]`;
}

function stepsOf(path: string): string[] {
  const steps: string[] = [];
  const pattern = /\.?([^.[\]"]+)|\[("(?:[^"\\]|\\.)*"|\d+|\*)\]/y;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (match === null) break;
    const [, word, bracket] = match;
    steps.push(
      word ?? (bracket!.startsWith('"') ? JSON.parse(bracket!) : bracket!),
    );
    if (pattern.lastIndex === path.length) return steps;
  }
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot ignore the path ${JSON.stringify(path)}: ` +
      "wanted words joined by dots, and indexes in brackets",
    { hint: "for example message.items[*].id, headers or message.time" },
  );
}
