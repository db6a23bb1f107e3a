import { isPlain } from "./same_value.ts";

/** Returns true if a value is certainly valid and would not be changed. */
export type Check = (value: unknown) => boolean;

/** Parts of a zod schema or of one of its checks that are read here. */
export interface Zod {
  readonly _zod: {
    readonly def: ZodDef;
    readonly traits: ReadonlySet<string>;
    readonly version: { readonly major: number };
    readonly values?: ReadonlySet<unknown>;
    readonly check?: (payload: Payload) => unknown;
  };
}

/** Public definition of a zod schema, or of one of its checks. */
export interface ZodDef {
  readonly type?: string;
  readonly check?: string;
  readonly format?: string;
  readonly coerce?: boolean;
  readonly fn?: unknown;
  readonly checks?: readonly Zod[];
  readonly shape?: Readonly<Record<string, Zod>>;
  readonly element?: Zod;
  readonly innerType?: Zod;
  readonly options?: readonly Zod[];
  readonly discriminator?: string;
  readonly inclusive?: boolean;
}

interface Payload {
  value: unknown;
  issues: unknown[];
}

/** Checks that only read the value. All others may transform it. */
const READING_CHECKS = new Set([
  "greater_than",
  "length_equals",
  "less_than",
  "max_length",
  "min_length",
  "multiple_of",
  "number_format",
  "string_format",
]);

/** Checks of the types without parts. Each passes its value on unchanged. */
const LEAVES: Readonly<Record<string, Check | undefined>> = {
  any: () => true,
  bigint: (value) => typeof value === "bigint",
  boolean: (value) => typeof value === "boolean",
  date: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  null: (value) => value === null,
  number: Number.isFinite,
  string: (value) => typeof value === "string",
  unknown: () => true,
};

/**
 * Returns the check of a schema without parts, or undefined if it has parts or
 * may transform.
 */
export function leafCheck(schema: Zod): Check | undefined {
  const { def, values } = schema._zod;
  if (def.type === "literal" || def.type === "enum") {
    return values && ((value) => values.has(value));
  }
  return def.coerce ? undefined : LEAVES[def.type ?? ""];
}

/**
 * Returns `check` with the checks of the schema itself, such as `min`, or
 * undefined if one of them may transform. They are zod's own functions, so they
 * decide as its version does.
 */
export function withChecks(check: Check, schema: Zod): Check | undefined {
  const { def, traits } = schema._zod;
  const own = traits.has("$ZodCheck") ? [schema] : [];
  let all = check;
  for (const one of [...own, ...def.checks ?? []]) {
    const passes = readingCheck(one);
    if (passes === undefined) return undefined;
    all = both(all, passes);
  }
  return all;
}

function both(first: Check, second: Check): Check {
  return (value) => first(value) && second(value);
}

function readingCheck({ _zod: { def, check } }: Zod): Check | undefined {
  if (check === undefined || !READING_CHECKS.has(def.check ?? "")) {
    return undefined;
  }
  // A format with a function is the user's own. A URL is trimmed.
  if (def.fn !== undefined || def.format === "url") return undefined;
  const payload: Payload = { value: undefined, issues: [] };
  return (value) => {
    payload.value = value;
    check(payload);
    const passed = payload.value === value && payload.issues.length === 0;
    payload.value = undefined;
    if (payload.issues.length > 0) payload.issues = [];
    return passed;
  };
}

/** A declared key of an object. */
export interface Field {
  readonly key: string;
  /** Undefined if only zod can check it. */
  readonly check: Check | undefined;
  readonly isOptional: boolean;
}

/** Returns the check of null or a value, if that of the value is known. */
export function nullableCheck(inner: Check | undefined): Check | undefined {
  return inner && ((value) => value === null || inner(value));
}

/** Returns the check of an array, if that of its elements is known. */
export function arrayCheck(element: Check | undefined): Check | undefined {
  if (element === undefined) return undefined;
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (let i = 0; i < value.length; i++) {
      const part = value[i];
      if (part === undefined || !element(part)) return false;
    }
    return true;
  };
}

/**
 * Returns the check of an object, if those of all fields are known. The object
 * must be plain, all of its keys declared, and no value undefined.
 */
export function objectCheck(fields: readonly Field[]): Check | undefined {
  // Inherited keys count as present, and zod leaves `__proto__` out.
  if (fields.some(({ key }) => key in Object.prototype)) return undefined;
  const checks = allKnown(fields.map(({ check }) => check));
  if (checks === undefined) return undefined;
  const keys = fields.map(({ key }) => key);
  const places = new Map(keys.map((key, place) => [key, place]));
  return (value) => {
    if (typeof value !== "object" || value === null || !isPlain(value)) {
      return false;
    }
    let found = 0;
    for (const key in value) {
      // Most objects have the order of the schema.
      const place = key === keys[found] ? found : places.get(key);
      if (place === undefined) return false;
      const part = (value as Record<string, unknown>)[key];
      if (part === undefined || !checks[place]!(part)) return false;
      found++;
    }
    return found === keys.length || lacksOptional(value, fields, found);
  };
}

/** Returns true if all but `found` fields are optional and absent. */
function lacksOptional(
  value: object,
  fields: readonly Field[],
  found: number,
): boolean {
  let present = 0;
  for (const { key, isOptional } of fields) {
    if (key in value) present++;
    else if (!isOptional) return false;
  }
  return present === found;
}

/** Returns the check of a union, if those of all options are known. */
export function anyCheck(
  options: readonly (Check | undefined)[],
): Check | undefined {
  const checks = allKnown(options);
  return checks && ((value) => checks.some((check) => check(value)));
}

/** An object of a union, and the values of its tag. */
export interface TaggedOption {
  readonly tags: ReadonlySet<unknown>;
  /** Undefined if only zod can check it. */
  readonly check: Check | undefined;
}

/**
 * Returns the check of objects that differ by the value of `key`, if those of
 * all options are known and each tag is declared once.
 */
export function taggedCheck(
  key: string,
  options: readonly TaggedOption[],
): Check | undefined {
  const checks = new Map<unknown, Check>();
  for (const { tags, check } of options) {
    if (check === undefined || tags.size === 0) return undefined;
    for (const tag of tags) {
      if (checks.has(tag)) return undefined;
      checks.set(tag, check);
    }
  }
  return (value) => {
    const tag = (value as Record<string, unknown>)[key];
    return checks.get(tag)?.(value) === true;
  };
}

function allKnown(
  checks: readonly (Check | undefined)[],
): readonly Check[] | undefined {
  const known = checks.filter((check) => check !== undefined);
  return known.length === checks.length ? known : undefined;
}
