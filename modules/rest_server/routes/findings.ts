import type { SchemaIssue } from "@caryatid/sdk";
import { type Problem, problem } from "../problem.ts";

/** A part of a request. */
export type Place = "path" | "query" | "header" | "body";

/** Validation error of a request, as the client receives it. */
export interface Finding {
  readonly in: Place;
  /** Name of the parameter; undefined for the body. */
  readonly parameter?: string;
  /** Place in the body: a JSON Pointer as in RFC 9457, `#/items/0`. */
  readonly pointer?: string;
  readonly message: string;
}

/** Maximum number of errors that a client receives. */
const MOST = 20;
const LONGEST_MESSAGE = 200;

/** Validation errors of a request. */
export class Findings {
  readonly #found: Finding[] = [];
  #count = 0;

  /** True if the request is valid. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Adds the issues that a schema found in `value`. */
  add(place: Place, value: unknown, issues: readonly SchemaIssue[]): void {
    this.#count += Math.max(1, issues.length);
    for (const issue of issues) {
      if (this.#found.length < MOST) {
        this.#found.push(finding(place, value, issue));
      }
    }
  }

  /** Returns a 400 with the first 20 errors. */
  problem(): Problem {
    const detail = this.#count === 1
      ? "the request has one validation error"
      : `the request has ${this.#count} validation errors`;
    return problem(400, detail, { extensions: { errors: this.#found } });
  }
}

/**
 * Returns the place of an issue: a JSON Pointer as in RFC 9457, `#` for the
 * whole.
 */
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
 * Replaces a message that repeats the refused value, since answers are kept in
 * logs, which must not contain passwords. Values of up to two characters are
 * ignored: many messages contain them by chance.
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
