import type { Part } from "../inspection/inspection.ts";
import { type JsonSchema, type Keys, sectionSchema } from "./section_schema.ts";

/** Parts of the schema of `caryatid.toml` that a file extends. */
export interface BaseSchema {
  readonly properties: {
    readonly module: { readonly properties: Keys };
    readonly "message-bus": object & { readonly properties?: Keys };
  };
  readonly definitions: {
    readonly module: { readonly properties: Keys };
    readonly "message-bus": { readonly properties: Keys };
  };
}

/**
 * Returns the schema of `caryatid.toml` with the keys of these modules and
 * buses, whose code the configuration imports. A part whose code lists no keys
 * accepts any key.
 */
export function fileSchema(
  base: BaseSchema,
  parts: readonly Part[],
): JsonSchema {
  const properties = { ...base.properties } as Record<string, JsonSchema>;
  for (const kind of ["module", "message-bus"] as const) {
    const common = base.definitions[kind].properties;
    const own = parts.filter((part) =>
      part.kind === kind && part.config.import !== undefined
    );
    properties[kind] = {
      ...base.properties[kind],
      properties: {
        ...base.properties[kind].properties,
        ...Object.fromEntries(own.map(({ config, inspection }) => [
          config.id,
          inspection.keys === undefined
            ? { type: "object", properties: common }
            : sectionSchema(inspection.keys as JsonSchema, common),
        ])),
      },
    };
  }
  return { ...base, properties };
}
