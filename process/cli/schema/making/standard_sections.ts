import type { StandardSchema } from "@caryatid/sdk";
import { standardClasses, standardImport } from "../../../standard_classes.ts";
import type { JsonSchema } from "./json_schema.ts";
import type { StandardSections } from "./make_schema.ts";

/** By hand, as its check is: no schema library is loaded for it. */
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

/** Asks each standard class for the schema of its section. */
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

/** https://standardschema.dev/json-schema: what may be written, before defaults. */
function jsonSchemaOf(schema: StandardSchema): JsonSchema {
  const { jsonSchema } = schema["~standard"] as StandardSchema["~standard"] & {
    readonly jsonSchema: { input(options: { target: string }): JsonSchema };
  };
  return jsonSchema.input({ target: "draft-07" });
}
