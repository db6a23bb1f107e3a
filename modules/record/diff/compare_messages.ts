import { CaryatidError } from "@caryatid/sdk";
import { Buffer } from "node:buffer";
import { MAX_DEPTH } from "../entry.ts";

/** Maximum nesting: the message is a property of the compared object. */
const MAX_NESTING = MAX_DEPTH + 1;
/** Maximum number of changed paths of one message. */
const MAX_PATHS = 100;
/** Matches any key or index. */
const ANY = "*";

/** A path in two messages with different values. */
export interface ChangedPath {
  /** Path such as `message.items[0].price`. */
  readonly path: string;
  /** Value in the first recording; undefined if missing. */
  readonly a: unknown;
  /** Value in the second recording; undefined if missing. */
  readonly b: unknown;
}

interface Node {
  ends: boolean;
  readonly below: Map<string, Node>;
}

/** Paths that are not compared, relative to a place within a message. */
export class IgnoredPaths {
  /** No path is ignored. */
  static readonly NONE: IgnoredPaths = new IgnoredPaths([]);
  readonly #nodes: readonly Node[];

  private constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  /**
   * Parses paths such as `message.items[*].id`, `headers` or `message["a.b"]`;
   * `*` is any key or index.
   *
   * @throws {CaryatidError} `INVALID_OPTION` for an invalid path
   */
  static of(paths: readonly string[]): IgnoredPaths {
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
    return new IgnoredPaths([root]);
  }

  /**
   * Returns the ignored paths below `step`; undefined if `step` itself is
   * ignored.
   */
  at(step: string | number): IgnoredPaths | undefined {
    if (this.#nodes.length === 0) return this;
    const nodes: Node[] = [];
    for (const { below } of this.#nodes) {
      for (const key of [String(step), ANY]) {
        const node = below.get(key);
        if (node?.ends) return undefined;
        if (node !== undefined) nodes.push(node);
      }
    }
    return nodes.length === 0 ? IgnoredPaths.NONE : new IgnoredPaths(nodes);
  }
}

/**
 * Returns a text that two values share exactly if they are equal.
 *
 * Ignores the order of keys, and differences that the wire does not keep: 1, 1n
 * and a `Float` of 1 are equal, a Date and its text, and an `undefined`
 * property and a missing one.
 *
 * @throws {CaryatidError} `RECORDING_DAMAGED` for a value nested deeper than a
 * recorder writes
 */
export function canonical(
  value: unknown,
  ignored: IgnoredPaths,
  depth: number = 0,
): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return numberText(value);
    case "object":
      return value === null
        ? "null"
        : canonicalObject(value, ignored, depth + 1);
    default:
      return String(value);
  }
}

/** Returns the innermost paths at which two values differ, at most 100. */
export function changedPaths(
  a: unknown,
  b: unknown,
  ignored: IgnoredPaths,
): ChangedPath[] {
  const changed: ChangedPath[] = [];
  compare(a, b, ignored, "", changed);
  return changed;
}

function compare(
  a: unknown,
  b: unknown,
  ignored: IgnoredPaths,
  path: string,
  changed: ChangedPath[],
): void {
  if (changed.length === MAX_PATHS) return;
  if (!hasParts(a) || !hasParts(b) || Array.isArray(a) !== Array.isArray(b)) {
    if (canonical(a, ignored) === canonical(b, ignored)) return;
    changed.push({ path: path.replace(/^\./, ""), a, b });
    return;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const step = Array.isArray(a) ? Number(key) : key;
    const below = ignored.at(step);
    if (below === undefined) continue;
    compare(
      part(a, key),
      part(b, key),
      below,
      path + formatStep(step),
      changed,
    );
  }
}

/** Returns an own property: `a.toString` is not a part of `a`. */
function part(value: object, key: string): unknown {
  return Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/**
 * Returns true for arrays and plain objects, whose parts are compared one by
 * one.
 */
function hasParts(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    !ArrayBuffer.isView(value) && !(value instanceof Date) &&
    !(value instanceof Number);
}

function canonicalObject(
  value: object,
  ignored: IgnoredPaths,
  depth: number,
): string {
  if (depth > MAX_NESTING) throw tooDeepError();
  if (value instanceof Uint8Array) {
    const { buffer, byteOffset, byteLength } = value;
    const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
    return `b'${bytes.toString("base64")}'`;
  }
  if (value instanceof Date) return JSON.stringify(value);
  if (value instanceof Number) return numberText(Number(value));
  if (Array.isArray(value)) return canonicalArray(value, ignored, depth);
  const object = value as Record<string, unknown>;
  let text = "{";
  for (const key of Object.keys(object).sort()) {
    const below = ignored.at(key);
    if (below === undefined || object[key] === undefined) continue;
    text += `${JSON.stringify(key)}:${canonical(object[key], below, depth)},`;
  }
  return text + "}";
}

function canonicalArray(
  array: readonly unknown[],
  ignored: IgnoredPaths,
  depth: number,
): string {
  let text = "[";
  for (const [index, value] of array.entries()) {
    const below = ignored.at(index);
    // An ignored item keeps its place: otherwise [1, 2] without its first item
    // would equal [2].
    text += below === undefined ? "," : `${canonical(value, below, depth)},`;
  }
  return text + "]";
}

/**
 * Formats a whole number as a bigint of the same value, without an exponent.
 */
function numberText(value: number): string {
  if (Number.isInteger(value) && !Object.is(value, -0)) {
    return String(BigInt(value));
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

function tooDeepError(): CaryatidError {
  return new CaryatidError(
    "RECORDING_DAMAGED",
    "Cannot compare a message: found more than " +
      `${MAX_DEPTH} nested arrays and objects`,
  );
}

/** Formats a step of a path. */
function formatStep(step: string | number): string {
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
      "expected words joined by dots, and indexes in brackets",
    { hint: "Write for example message.items[*].id, headers or message.time." },
  );
}
