import type { SchemaIssue } from "@caryatid/sdk";
import { type Problem, problem } from "../problem.ts";

/** A part of a request. */
export type Place = "path" | "query" | "header" | "body";

/** One thing that doesn't fit, as the client is told. */
export interface Finding {
  readonly in: Place;
  /** The name of the parameter, where it isn't the body. */
  readonly parameter?: string;
  /** Where in the body: a JSON Pointer as in RFC 9457, `#/items/0`. */
  readonly pointer?: string;
  readonly message: string;
}

/** A client learns no more from a hundred. */
const MOST = 20;
const LONGEST_MESSAGE = 200;

/** What doesn't fit in a request. */
export class Findings {
  readonly #found: Finding[] = [];
  #count = 0;

  /** Whether all fits. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Adds what a schema said of `value`. */
  add(place: Place, value: unknown, issues: readonly SchemaIssue[]): void {
    this.#count += Math.max(1, issues.length);
    for (const issue of issues) {
      if (this.#found.length < MOST) {
        this.#found.push(finding(place, value, issue));
      }
    }
  }

  /** All of it, as a 400. */
  problem(): Problem {
    const detail = this.#count === 1
      ? "the request doesn't fit at one point"
      : `the request doesn't fit at ${this.#count} points`;
    return problem(400, detail, { extensions: { errors: this.#found } });
  }
}

/** Where an issue is: a JSON Pointer as in RFC 9457, `#` for the whole. */
export function pointerTo(issue: SchemaIssue): string {
  const parts = keysOf(issue).map((key) =>
    encodeURIComponent(
      key.toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1"),
    )
  );
  return ["#", ...parts].join("/");
}

function finding(place: Place, value: unknown, issue: SchemaIssue): Finding {
  const path = keysOf(issue);
  const message = withoutValue(issue.message, valueAt(value, path));
  if (place === "body") {
    return { in: place, pointer: pointerTo(issue), message };
  }
  const [parameter] = path;
  return {
    in: place,
    ...(parameter !== undefined && { parameter }),
    message,
  };
}

/**
 * Some libraries repeat what they refuse, and answers are kept in logs where a password mustn't be. A short value is found in
 * many a message that doesn't repeat it.
 */
function withoutValue(message: string, value: unknown): string {
  const text = typeof value === "object" ? "" : String(value);
  const isRepeated = text.length > 2 && value !== undefined &&
    message.includes(text);
  return isRepeated ? "is not valid" : message.slice(0, LONGEST_MESSAGE);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    if (!Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

function keysOf({ path }: SchemaIssue): readonly string[] {
  return (path ?? []).map((part) =>
    String(typeof part === "object" ? part.key : part)
  );
}
