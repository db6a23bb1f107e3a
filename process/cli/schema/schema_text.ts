import schema from "../../caryatid.schema.json" with { type: "json" };

/** The JSON Schema of `caryatid.toml`, as it is published with this package. */
export function schemaText(): string {
  return JSON.stringify(schema, null, 2);
}
