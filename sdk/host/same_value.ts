/**
 * Returns true if two values are equal: arrays and plain objects by content,
 * all other values by identity.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (
    typeof a !== "object" || typeof b !== "object" || a === null || b === null
  ) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length &&
      a.every((value, i) => sameValue(value, b[i]));
  }
  return isPlain(a) && isPlain(b) && sameProperties(
    a as Record<string, unknown>,
    b as Record<string, unknown>,
  );
}

/**
 * Returns true if `value` is an object literal, or made like one. Checks the
 * constructor first: reading the prototype costs as much as
 * comparing two properties.
 */
export function isPlain(value: object): boolean {
  if (value.constructor === Object) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function sameProperties(
  a: Record<string, unknown>,
  b: Record<string, unknown>,
): boolean {
  let surplus = 0;
  for (const key in a) {
    const value = b[key];
    if (a[key] !== value && !sameValue(a[key], value)) return false;
    if (value === undefined && !Object.hasOwn(b, key)) return false;
    surplus++;
  }
  for (const _ in b) surplus--;
  return surplus === 0;
}
