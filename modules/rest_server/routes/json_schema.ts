import type { JsonSchema } from "@caryatid/sdk/internal/json-schema";

export type { JsonSchema };

/**
 * Returns true if a value can be a schema. The schemas `true` and `false` are
 * not used here.
 */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Returns a schema, its alternatives and its parts, each once, with references
 * followed.
 */
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

/** Returns the schemas of each property. */
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

/**
 * Returns the JSON types that a schema takes; empty if it does not name any.
 */
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
