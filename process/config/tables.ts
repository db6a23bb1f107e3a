/** A table of a configuration. It has no prototype, so that no key is special. */
export type Table = Record<string, unknown>;

/** Deeper than any sensible configuration, and far from the end of the stack. */
export const MAX_DEPTH = 64;

/** An empty table. */
export function emptyTable(): Table {
  return Object.create(null);
}

/** Says whether `value` is a plain object; dates and other class instances are values. */
export function isTable(value: unknown): value is Table {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Says whether what smol-toml read may be used as it is. Dotted keys are as deep as they like, so this stops at the limit.
 */
export function isUsable(data: Table | unknown[], depth = 1): boolean {
  const isArray = Array.isArray(data);
  if (!isArray && Object.hasOwn(data, "__proto__")) return false;
  for (const value of isArray ? data : Object.values(data)) {
    if (!isTable(value) && !Array.isArray(value)) continue;
    if (depth === MAX_DEPTH || !isUsable(value, depth + 1)) return false;
  }
  return true;
}

/** Lays `over` over `target`, which changes: tables merge, all else replaces. Shares nothing with `over`. */
export function mergeInto(target: Table, over: Table): Table {
  for (const key of Object.keys(over)) {
    const value = over[key];
    const under = target[key];
    target[key] = isTable(value)
      ? mergeInto(isTable(under) ? under : emptyTable(), value)
      : Array.isArray(value)
      ? value.map(copyValue)
      : value;
  }
  return target;
}

/** Counts the values of a table, and of the tables and arrays in it. */
export function countValues(data: Table | unknown[]): number {
  let count = 0;
  for (const value of Array.isArray(data) ? data : Object.values(data)) {
    count += isTable(value) || Array.isArray(value)
      ? 1 + countValues(value)
      : 1;
  }
  return count;
}

function copyValue(value: unknown): unknown {
  if (isTable(value)) return mergeInto(emptyTable(), value);
  return Array.isArray(value) ? value.map(copyValue) : value;
}
