import type { SchemaIssue } from "../standard_schema.ts";

type Container = Record<PropertyKey, unknown>;

/**
 * Returns a copy of a received value in which empty arrays that a schema
 * refuses are null, or undefined if it refuses no empty array.
 *
 * Rust sends `serde_json::Value::Null` as an empty array (CBOR `80`), so only
 * the schema knows which of them is null. The value itself stays unchanged:
 * other subscribers may have it too.
 *
 * @param issues issues of a validation of `value`
 */
export function withNulls(
  value: unknown,
  issues: readonly SchemaIssue[],
): unknown {
  let copy: unknown;
  for (const { path = [] } of issues) {
    const keys = path.map((part) => typeof part === "object" ? part.key : part);
    const replaced = replacedAt(copy ?? value, keys);
    if (replaced !== undefined) copy = replaced;
  }
  return copy;
}

/** Returns the value with null at the path, if it has an empty array there. */
function replacedAt(
  value: unknown,
  [key, ...rest]: readonly PropertyKey[],
): unknown {
  if (key === undefined) return isEmptyArray(value) ? null : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  if (!Object.hasOwn(value, key)) return undefined;
  const replaced = replacedAt((value as Container)[key], rest);
  if (replaced === undefined) return undefined;
  if (Array.isArray(value)) return value.with(Number(key), replaced);
  // Not a spread of `__proto__`: it is a key like any other.
  const entries = Object.entries(value)
    .map(([name, found]) => [name, name === key ? replaced : found]);
  return Object.fromEntries(entries);
}

function isEmptyArray(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
