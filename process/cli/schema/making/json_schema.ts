/** A JSON Schema, draft 7: what editors of TOML read. */
export type JsonSchema = boolean | { readonly [word: string]: unknown };

/** Schemas by the names of keys. */
export type Keys = Readonly<Record<string, JsonSchema>>;

/** A table with these keys. None is required: files are layered, and another one may have it. */
export function table(keys: Keys, description?: string): JsonSchema {
  return {
    ...description === undefined ? {} : { description },
    type: "object",
    properties: keys,
    additionalProperties: false,
  };
}

/** A key with the words of its help. */
export function key(description: string, schema: object): JsonSchema {
  return { description, ...schema };
}

/** Text that isn't empty. */
export const TEXT = { type: "string", minLength: 1 };
/** A topic, or a pattern of topics. */
export const TOPIC = { type: "string", maxLength: 255 };
/** What `caryatid integrity` prints. */
export const INTEGRITY = {
  type: "string",
  pattern: "^sha256-[A-Za-z0-9+/]{43}=$",
};
/** As long as a timer takes. */
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

/** An array of such values. */
export function list(items: object): object {
  return { type: "array", items };
}
