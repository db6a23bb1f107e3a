/**
 * Intrinsics as they are before the code of a module can replace them. The
 * guard of imports uses no others after the start.
 */

const { call } = Function.prototype;

/** Returns a function that calls `method` on its first argument. */
export const uncurried = <This, Arguments extends unknown[], Result>(
  method: (this: This, ...values: Arguments) => Result,
): (self: This, ...values: Arguments) => Result => call.bind(method);

/** `String.prototype.startsWith`. */
export const startsWith = uncurried(String.prototype.startsWith);
/** `String.prototype.endsWith`. */
export const endsWith = uncurried(String.prototype.endsWith);
/** `String.prototype.includes`. */
export const includes = uncurried(String.prototype.includes);
/** `String.prototype.indexOf`. */
export const indexOf = uncurried(String.prototype.indexOf);
/** `String.prototype.lastIndexOf`. */
export const lastIndexOf = uncurried(String.prototype.lastIndexOf);
/** `String.prototype.slice`. */
export const slice = uncurried(String.prototype.slice);
/** `decodeURIComponent`, `encodeURIComponent`, `URL`, `TypeError`. */
export const { decodeURIComponent, encodeURIComponent, URL, TypeError } =
  globalThis;

/** Returns true if `matches` holds for one of the parts. */
export function some(
  text: string,
  parts: readonly string[],
  matches: (text: string, part: string) => boolean,
): boolean {
  for (let i = 0; i < parts.length; i++) {
    if (matches(text, parts[i]!)) return true;
  }
  return false;
}

/** Returns true if both texts are equal. */
export function equals(one: string, other: string): boolean {
  return one === other;
}
