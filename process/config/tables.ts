/** Table of a configuration. It has no prototype, so that no key is special. */
export type Table = Record<string, unknown>;

/** Keys from the outside in; a number counts the elements of an array. */
export type KeyPath = readonly (string | number)[];

/** Maximum depth of tables, far below the limit of the stack. */
export const MAX_DEPTH = 64;

/** Maximum length of a text, in bytes. */
export const MAX_BYTES = 1024 * 1024;

/** Returns an empty table. */
export function emptyTable(): Table {
  return Object.create(null);
}

/**
 * Returns true if `value` is a plain object. Dates and other class instances
 * are values.
 */
export function isTable(value: unknown): value is Table {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Appends a key to a dotted path. A key with a dot is quoted, so that two paths
 * never look alike.
 */
export function joinKey(path: string, key: string): string {
  const part = /[."]/.test(key) ? JSON.stringify(key) : key;
  return path === "" ? part : `${path}.${part}`;
}

/**
 * Returns true if the output of smol-toml is usable unchanged. The check stops
 * at the maximum depth, because dotted keys can be deeper.
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

/**
 * Merges `over` into `target`: tables merge, other values are replaced. The
 * result shares nothing with `over`.
 */
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

/** Counts the values of a table and of the tables and arrays in it. */
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
