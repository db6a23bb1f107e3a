import { canonical, hasParts } from "./canonical.ts";
import { type Ignored, shownStep } from "./ignored.ts";

/** A place in a message, and what is there. */
export interface ChangedPath {
  /** Such as `message.items[0].price`. */
  readonly path: string;
  /** What the first recording has there; undefined if nothing. */
  readonly a: unknown;
  /** What the second one has there; undefined if nothing. */
  readonly b: unknown;
}

/** Places of one message that are told: more help nobody. */
const MOST = 100;

/** The innermost places where two values differ. */
export function changedPaths(
  a: unknown,
  b: unknown,
  ignored: Ignored,
): ChangedPath[] {
  const found: ChangedPath[] = [];
  compare(a, b, ignored, "", found);
  return found;
}

function compare(
  a: unknown,
  b: unknown,
  ignored: Ignored,
  path: string,
  found: ChangedPath[],
): void {
  if (found.length === MOST) return;
  if (!hasParts(a) || !hasParts(b) || Array.isArray(a) !== Array.isArray(b)) {
    if (canonical(a, ignored) === canonical(b, ignored)) return;
    found.push({ path: path.replace(/^\./, ""), a, b });
    return;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const step = Array.isArray(a) ? Number(key) : key;
    const below = ignored.at(step);
    if (below === undefined) continue;
    compare(part(a, key), part(b, key), below, path + shownStep(step), found);
  }
}

/** `a.toString` is no part of `a`. */
function part(value: object, key: string): unknown {
  return Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
