/** A JSON Schema, draft 7, which editors of TOML support. */
export type JsonSchema = boolean | { readonly [word: string]: unknown };

/** Schemas by the names of keys. */
export type Keys = Readonly<Record<string, JsonSchema>>;

/**
 * Returns the schema of a section: the keys of its code, and the `common` keys
 * of all sections.
 */
export function sectionSchema(schema: JsonSchema, common: Keys): JsonSchema {
  const own = layered(schema) as { readonly properties?: Keys };
  return { ...own, properties: { ...common, ...own.properties } };
}

/**
 * Removes `required`, since another file or `[global]` may have the keys;
 * elements of arrays keep it. An editor marks unknown keys.
 */
function layered(schema: JsonSchema): JsonSchema {
  if (typeof schema === "boolean") return schema;
  const { required: _, $schema: __, properties, ...rest } = schema;
  if (properties === undefined) return rest;
  const below = Object.entries(properties as Keys).map(([name, value]) => [
    name,
    layered(value),
  ]);
  return {
    ...rest,
    properties: Object.fromEntries(below),
    additionalProperties: rest["additionalProperties"] ?? false,
  };
}
