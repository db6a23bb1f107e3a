/** Plain data that nothing can change. */
export type FrozenTable = Readonly<Record<string, unknown>>;

/** A configuration without keys. */
export const NO_TABLES: FrozenTable = frozenTables({});

/**
 * Returns a deep copy of a table whose tables and arrays are frozen. Its tables
 * have no prototype, so `constructor` is an ordinary key. Dates and instances
 * of other classes are neither copied nor frozen.
 */
export function frozenTables(source: FrozenTable): FrozenTable {
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(source)) copy[key] = frozen(source[key]);
  return Object.freeze(copy);
}

function frozen(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozen));
  return isPlainTable(value) ? frozenTables(value) : value;
}

function isPlainTable(value: unknown): value is FrozenTable {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
