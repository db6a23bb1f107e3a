/** A value that a type can't take. Its path grows while it is thrown through what contains the value. */
export class Mismatch extends Error {
  /** From the outside in. */
  readonly path: (string | number)[] = [];
}

/** Says what was found and what is wanted. */
export function mismatch(value: unknown, wanted: string): Mismatch {
  return new Mismatch(`found ${shown(value)}, wanted ${wanted}`);
}

/** Says where in its container the value was. */
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
