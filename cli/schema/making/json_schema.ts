import type { JsonSchema, Keys } from "../section_schema.ts";

export type { JsonSchema, Keys };

/**
 * Returns the schema of a table. No key is required: files are layered, and
 * another file may have the key.
 */
export function table(keys: Keys, description?: string): JsonSchema {
  return {
    ...description === undefined ? {} : { description },
    type: "object",
    properties: keys,
    additionalProperties: false,
  };
}

/** Returns the schema of a key with its description. */
export function key(description: string, schema: object): JsonSchema {
  return { description, ...schema };
}

/** A non-empty string. */
export const TEXT = { type: "string", minLength: 1 };
/** A topic, or a pattern of topics. */
export const TOPIC = { type: "string", maxLength: 255 };
/** A hash as `caryatid integrity` prints it. */
export const INTEGRITY = {
  type: "string",
  pattern: "^sha256-[A-Za-z0-9+/]{43}=$",
};
/** Longest time of a timer. */
const MOST_SECONDS = (2 ** 31 - 1) / 1000;
/** Seconds, above 0. */
export const SECONDS = {
  type: "number",
  exclusiveMinimum: 0,
  maximum: MOST_SECONDS,
};
/** Seconds, from 0. */
export const SECONDS_OR_0 = {
  type: "number",
  minimum: 0,
  maximum: MOST_SECONDS,
};

/** Returns the schema of an array of such values. */
export function list(items: object): object {
  return { type: "array", items };
}
