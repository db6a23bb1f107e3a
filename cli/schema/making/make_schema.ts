import { sectionSchema } from "../section_schema.ts";
import { schemaUrl } from "../schema_url.ts";
import { INTEGRITY, key, table, TEXT } from "./json_schema.ts";
import type { JsonSchema, Keys } from "../section_schema.ts";
import {
  DENO_PERMISSIONS,
  ISOLATION,
  JAIL,
  LIMITS,
  MODULE_KEYS,
} from "./module_keys.ts";
import { PROCESS_KEYS } from "./process_keys.ts";

/** Schemas of the sections of standard classes, as the classes define them. */
export interface StandardSections {
  readonly modules: Readonly<Record<string, JsonSchema>>;
  readonly buses: Readonly<Record<string, JsonSchema>>;
}

const BUS_KEYS: Keys = {
  class: key("The kind of bus", TEXT),
  import: key("Where its code is, if it is not a standard one", TEXT),
  integrity: key("The hash of the bytes that import leads to", INTEGRITY),
  isolation: ISOLATION,
  jail: JAIL,
  permissions: table(
    DENO_PERMISSIONS,
    "Grants of an isolated bus: its broker, its files",
  ),
  limits: table(LIMITS, "Limits of an isolated bus"),
  workers: key("Without effect: leave it out", {}),
  "worker-queue-size": key("Without effect: use subscriber-queue-size", {}),
  "request-timeout": key(
    "Without effect: use request-timeout in [message-router]",
    {},
  ),
};

/** Returns the JSON Schema of `caryatid.toml`. */
export function makeSchema(
  version: string,
  { modules, buses }: StandardSections,
): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: schemaUrl(version),
    title: "caryatid.toml",
    type: "object",
    properties: {
      ...PROCESS_KEYS,
      module: {
        description: "A section for each module",
        type: "object",
        properties: Object.fromEntries(
          Object.keys(modules).map((name) => [name, unlessOther(name)]),
        ),
        additionalProperties: { $ref: "#/definitions/module" },
      },
      "message-bus": {
        description: "A section for each message bus (one in-memory bus)",
        type: "object",
        additionalProperties: { $ref: "#/definitions/message-bus" },
      },
    },
    additionalProperties: false,
    definitions: {
      module: byClass(MODULE_KEYS, "module", Object.keys(modules)),
      "message-bus": byClass(BUS_KEYS, "message-bus", Object.keys(buses)),
      ...sections("module", modules, MODULE_KEYS),
      ...sections("message-bus", buses, BUS_KEYS),
    },
  };
}

/**
 * Returns the schema of a section of any class, with the known keys of standard
 * classes.
 */
function byClass(
  properties: Keys,
  kind: string,
  names: readonly string[],
): JsonSchema {
  return {
    type: "object",
    properties,
    allOf: names.map((name) => ({
      if: {
        properties: { class: { const: name } },
        required: ["class"],
        not: { required: ["import"] },
      },
      then: { $ref: `#/definitions/${kind}.${name}` },
    })),
  };
}

/**
 * Returns the schema of `[module.clock]`, which is a clock unless `class` or
 * `import` is set.
 */
function unlessOther(name: string): JsonSchema {
  return {
    if: { anyOf: [{ required: ["class"] }, { required: ["import"] }] },
    then: { $ref: "#/definitions/module" },
    else: { $ref: `#/definitions/module.${name}` },
  };
}

function sections(
  kind: string,
  all: Readonly<Record<string, JsonSchema>>,
  common: Keys,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(all).map(([name, schema]) => {
      return [`${kind}.${name}`, sectionSchema(schema, common)];
    }),
  );
}
