import { schemaUrl } from "../schema_url.ts";
import {
  INTEGRITY,
  type JsonSchema,
  key,
  type Keys,
  TEXT,
} from "./json_schema.ts";
import { MODULE_KEYS } from "./module_keys.ts";
import { PROCESS_KEYS } from "./process_keys.ts";

/** The schema of the section of each standard class, as the class itself tells it. */
export interface StandardSections {
  readonly modules: Readonly<Record<string, JsonSchema>>;
  readonly buses: Readonly<Record<string, JsonSchema>>;
}

const BUS_KEYS: Keys = {
  class: key("The kind of bus", TEXT),
  import: key("Where its code is, if it isn't a standard one", TEXT),
  integrity: key("The hash of the bytes that import leads to", INTEGRITY),
  workers: key("Without effect: leave it out", {}),
  "worker-queue-size": key("Without effect: use subscriber-queue-size", {}),
  "request-timeout": key(
    "Without effect: use request-timeout in [message-router]",
    {},
  ),
};

/** The JSON Schema of `caryatid.toml`. */
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
        description: "What runs: a section for each module",
        type: "object",
        properties: Object.fromEntries(
          Object.keys(modules).map((name) => [name, unlessOther(name)]),
        ),
        additionalProperties: { $ref: "#/definitions/module" },
      },
      "message-bus": {
        description: "What carries messages (one in-memory bus)",
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

/** Of any class: it has keys of its own; but those of a standard class are known. */
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

/** `[module.clock]` is a clock unless it says otherwise. */
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
      const own = asWritten(schema) as { properties?: Keys };
      const properties = { ...common, ...own.properties };
      return [`${kind}.${name}`, { ...own, properties }];
    }),
  );
}

/**
 * Another file, or `[global]`, may have what this one lacks. Elements of arrays are whole: they keep it. A key that isn't known is a
 * warning when the process reads it, and a mark in an editor.
 */
function asWritten(schema: JsonSchema): JsonSchema {
  if (typeof schema === "boolean") return schema;
  const { required: _, $schema: __, properties, ...rest } = schema;
  if (properties === undefined) return rest;
  const below = Object.entries(properties as Keys).map(([name, value]) => [
    name,
    asWritten(value),
  ]);
  return {
    ...rest,
    properties: Object.fromEntries(below),
    additionalProperties: rest["additionalProperties"] ?? false,
  };
}
