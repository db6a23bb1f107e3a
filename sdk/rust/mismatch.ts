/**
 * Error of a value that does not fit a type. Each container of the value adds
 * its key to the path while the error passes through it.
 */
export class Mismatch extends Error {
  /** Keys that lead to the value, from the outside in. */
  readonly path: (string | number)[] = [];
}

/** Returns the error of `value`, with what was found and what is wanted. */
export function mismatch(value: unknown, wanted: string): Mismatch {
  return new Mismatch(`found ${shown(value)}; expected ${wanted}`);
}

/** Adds the key of the value in its container to the path of the error. */
export function mismatchIn(key: string | number, thrown: unknown): unknown {
  if (thrown instanceof Mismatch) thrown.path.unshift(key);
  return thrown;
}

function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(
        value.length > 40 ? `${value.slice(0, 40)}…` : value,
      );
    case "bigint":
      return `${value}n`;
    case "object":
      return value === null ? "null" : shownObject(value);
    case "function":
      return "a function";
    default:
      return Object.is(value, -0) ? "-0" : String(value);
  }
}

function shownObject(value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Date) return "a Date";
  if (value instanceof Uint8Array) return "bytes";
  const keys = Object.keys(value).slice(0, 3).map((key) => JSON.stringify(key));
  return keys.length === 0
    ? "an empty object"
    : `an object with ${keys.join(", ")}`;
}
