import type { StandardSchema } from "@caryatid/sdk";
import {
  standardClasses,
  standardImport,
} from "@caryatid/process/internal/inspection";
import type { JsonSchema } from "./json_schema.ts";
import type { StandardSections } from "./make_schema.ts";

/** Written by hand, like its validation, which needs no schema library. */
const IN_MEMORY: JsonSchema = {
  type: "object",
  properties: {
    "subscriber-queue-size": {
      type: "integer",
      minimum: 1,
      maximum: 1_000_000,
      default: 100,
    },
    freeze: { type: "boolean", default: false },
  },
};

/** Returns the schemas of the sections of all standard classes. */
export async function standardSections(): Promise<StandardSections> {
  return {
    modules: await sectionsOf("module"),
    buses: { "in-memory": IN_MEMORY, ...await sectionsOf("message-bus") },
  };
}

async function sectionsOf(
  kind: "module" | "message-bus",
): Promise<Record<string, JsonSchema>> {
  const sections: Record<string, JsonSchema> = {};
  for (const name of standardClasses(kind)) {
    const { default: code } = await import(standardImport(kind, name)!);
    sections[name] = jsonSchemaOf(code.config);
  }
  return sections;
}

/**
 * Returns the input schema, before defaults:
 * https://standardschema.dev/json-schema.
 */
function jsonSchemaOf(schema: StandardSchema): JsonSchema {
  const { jsonSchema } = schema["~standard"] as StandardSchema["~standard"] & {
    readonly jsonSchema: { input(options: { target: string }): JsonSchema };
  };
  return jsonSchema.input({ target: "draft-07" });
}
