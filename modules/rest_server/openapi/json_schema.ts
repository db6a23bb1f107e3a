import type { StandardSchema } from "@caryatid/sdk";

/** A schema as OpenAPI writes it: JSON Schema of the draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** https://standardschema.dev/json-schema, as far as it is used here. */
interface StandardJsonSchema {
  readonly version: 1;
  readonly jsonSchema?: {
    readonly [Side in "input" | "output"]?: (options: {
      readonly target: string;
      readonly libraryOptions?: Readonly<Record<string, unknown>>;
    }) => unknown;
  };
}

/** Of zod: a part without a JSON Schema, a date for example, takes anything, instead of an error for the whole. */
const LIBRARY_OPTIONS = { unrepresentable: "any" };

/**
 * What a schema takes ("input") or gives ("output"), as JSON Schema, where it can tell (Standard JSON Schema: zod from 4.2,
 * arktype, valibot's adapter). Else `{}`: anything.
 */
export function jsonSchemaOf(
  schema: StandardSchema,
  side: "input" | "output",
): JsonSchema {
  const standard: StandardJsonSchema = schema["~standard"];
  let told: unknown;
  try {
    told = plain(
      standard.jsonSchema?.[side]?.({
        target: "draft-2020-12",
        libraryOptions: LIBRARY_OPTIONS,
      }),
    );
  } catch {
    return {}; // it has something that JSON Schema can't say
  }
  if (!isSchema(told)) return {};
  const { $schema: _, ...rest } = told;
  return rest;
}

/** Whether a value can be a schema; `true` and `false`, which are schemas too, aren't used here. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A schema, its alternatives and its parts, each once, with references followed. */
export function branchesOf(
  schema: JsonSchema,
  root: JsonSchema,
): readonly JsonSchema[] {
  const found: JsonSchema[] = [];
  const gather = (branch: unknown) => {
    if (!isSchema(branch) || found.includes(branch)) return;
    found.push(branch);
    gather(targetOf(branch["$ref"], root));
    for (const word of ["anyOf", "oneOf", "allOf"]) {
      const parts = branch[word];
      if (Array.isArray(parts)) parts.forEach(gather);
    }
  };
  gather(schema);
  return found;
}

/** What a schema says of each property. */
export function propertiesOf(
  root: JsonSchema,
): ReadonlyMap<string, readonly JsonSchema[]> {
  const all = new Map<string, JsonSchema[]>();
  for (const { properties } of branchesOf(root, root)) {
    if (!isSchema(properties)) continue;
    for (const [name, property] of Object.entries(properties)) {
      if (!isSchema(property)) continue;
      const known = all.get(name);
      if (known) known.push(property);
      else all.set(name, [property]);
    }
  }
  return all;
}

/** The types of JSON that a schema takes; none where it doesn't say. */
export function typesOf(
  schema: JsonSchema,
  root: JsonSchema,
): ReadonlySet<string> {
  const types = new Set<string>();
  for (const { type, const: only, enum: values } of branchesOf(schema, root)) {
    for (const each of Array.isArray(type) ? type : [type]) {
      if (typeof each === "string") types.add(each);
    }
    if (type !== undefined) continue;
    if (only !== undefined) types.add(typeof only);
    if (Array.isArray(values)) values.forEach((each) => types.add(typeof each));
  }
  return types;
}

/** Follows a reference within the schema: `#`, `#/$defs/name`. */
export function targetOf(reference: unknown, root: JsonSchema): unknown {
  if (typeof reference !== "string" || !/^#(\/|$)/.test(reference)) return;
  let target: unknown = root;
  for (const part of reference.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (!isSchema(target) || !Object.hasOwn(target, key)) return undefined;
    target = target[key];
  }
  return target;
}

/** As it would arrive: no functions, no cycles, nobody else's object. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
