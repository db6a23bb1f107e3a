import type { SchemaIssue } from "../standard_schema.ts";

/** Fields by which libraries mark an unknown key of a strict table. */
interface UnknownKeyFields {
  readonly code?: unknown;
  readonly keys?: unknown;
  readonly type?: unknown;
  readonly expected?: unknown;
}

/**
 * Returns the paths of the keys that a strict schema rejects because it does
 * not know them. zod reports all of a table in one issue, arktype reports each,
 * and valibot reports the first of each table.
 */
export function unknownKeys(issue: SchemaIssue): string[][] {
  const { code, keys, type, expected } = issue as UnknownKeyFields;
  const path = issueKeys(issue).map(String);
  if (code === "unrecognized_keys" && Array.isArray(keys)) {
    return keys.map((key) => [...path, String(key)]);
  }
  const isUnknown = type === "strict_object" && expected === "never" ||
    code === "predicate" && expected === "removed";
  return isUnknown && path.length > 0 ? [path] : [];
}

/** Returns the keys of the path of an issue. */
export function issueKeys({ path = [] }: SchemaIssue): (string | number)[] {
  return path.map((part) => {
    const key = typeof part === "object" ? part.key : part;
    return typeof key === "number" ? key : String(key);
  });
}
