import { CaryatidError } from "@caryatid/sdk";

/** Deepest nesting of an answer, as in the codec. */
const DEEPEST = 128;

/**
 * Returns the result of a handler as plain data: the same object if possible,
 * else a copy in which a Map is an object and a Set an array.
 *
 * `JSON.stringify` alone would send `{}` for both, and leave out functions.
 *
 * @throws {CaryatidError} `NOT_ENCODABLE` for a function, a symbol, a cycle or
 * a Map whose keys are not text
 */
export function plainData(value: unknown): unknown {
  return isData(value, 0) ? value : dataOf(value, 0);
}

function isData(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) {
    return typeof value !== "function" && typeof value !== "symbol";
  }
  if (depth === DEEPEST) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (!isPart(value[i], depth)) return false;
    }
    return true;
  }
  // The most common prototype first, since each test takes time.
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    if (value instanceof Map || value instanceof Set) return false;
    if (ArrayBuffer.isView(value)) return true;
  }
  for (const key in value) {
    if (!isPart((value as Record<string, unknown>)[key], depth)) return false;
  }
  return true;
}

/** Returns true for plain data. Text and numbers skip `isData`. */
function isPart(part: unknown, depth: number): boolean {
  return typeof part === "string" || typeof part === "number" ||
    isData(part, depth + 1);
}

function dataOf(value: unknown, depth: number): unknown {
  if (typeof value === "function" || typeof value === "symbol") {
    throw notData(`a ${typeof value}`);
  }
  if (isData(value, depth)) return value;
  if (depth === DEEPEST) throw notData("a cycle, or over 128 levels");
  const next = (each: unknown) => dataOf(each, depth + 1);
  if (value instanceof Map) {
    const keys = [...value.keys()];
    if (keys.some((key) => typeof key !== "string")) {
      throw notData("a Map whose keys are not text");
    }
    return Object.fromEntries([...value].map(([key, each]) => [
      key,
      next(each),
    ]));
  }
  if (value instanceof Set) return [...value].map(next);
  if (Array.isArray(value)) return value.map(next);
  return Object.fromEntries(
    Object.entries(value as object).map(([key, each]) => [key, next(each)]),
  );
}

function notData(found: string): CaryatidError {
  return new CaryatidError(
    "NOT_ENCODABLE",
    `Cannot answer with what the handler returned: found ${found}; expected data`,
  );
}
