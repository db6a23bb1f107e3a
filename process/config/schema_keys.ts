import type { StandardSchema } from "@caryatid/sdk";
import { isTable } from "./tables.ts";

/** What a JSON Schema says of the keys of a table. */
export interface SchemaKeys {
  /** Each known key, and what is known of its value, if that is a table. */
  readonly known: ReadonlyMap<string, () => SchemaKeys | undefined>;
  /** Says whether other keys are errors already. */
  readonly strict: boolean;
}

/** https://standardschema.dev/json-schema, as far as it is used here. */
interface StandardJsonSchema {
  readonly version: 1;
  readonly jsonSchema?: {
    readonly input?: (options: { readonly target: string }) => unknown;
  };
}

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Asks a schema for the keys it knows, where it can be asked (Standard JSON Schema: zod from 4.2, arktype, valibot's adapter).
 *
 * @returns undefined if it can't be asked, or takes any key
 */
export function schemaKeys(schema: StandardSchema): SchemaKeys | undefined {
  const standard: StandardJsonSchema = schema["~standard"];
  let root: unknown;
  try {
    root = standard.jsonSchema?.input?.({ target: "draft-2020-12" });
  } catch {
    return undefined; // it has something that JSON Schema can't say, a date for example
  }
  return isTable(root) ? new KeyFinder(root).keysOf(root) : undefined;
}

class KeyFinder {
  readonly #root: JsonSchema;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  keysOf(schema: JsonSchema): SchemaKeys | undefined {
    const branches: JsonSchema[] = [];
    this.#gather(schema, branches);
    const tables = branches.filter((branch) => isTable(branch["properties"]));
    // A branch that takes other keys, or any value, leaves nothing to warn of.
    if (tables.length === 0 || branches.some(isOpen)) return undefined;
    const known = new Map<string, () => SchemaKeys | undefined>();
    for (const { properties } of tables) {
      for (const [key, value] of Object.entries(properties as JsonSchema)) {
        // Two branches with the same key: what is below it is left unchecked.
        const below = known.has(key) || !isTable(value)
          ? () => undefined
          : () => this.keysOf(value);
        known.set(key, below);
      }
    }
    const strict = tables.some((table) =>
      table["additionalProperties"] === false
    );
    return { known, strict };
  }

  /** Adds a schema and all its alternatives and parts, each once: they may refer to each other. */
  #gather(schema: JsonSchema, into: JsonSchema[]): void {
    if (into.includes(schema)) return;
    into.push(schema);
    const target = this.#resolve(schema["$ref"]);
    if (target) this.#gather(target, into);
    for (const word of ["anyOf", "oneOf", "allOf"]) {
      const list = schema[word];
      if (!Array.isArray(list)) continue;
      for (const part of list) if (isTable(part)) this.#gather(part, into);
    }
  }

  /** Follows a reference within the schema: `#`, `#/$defs/name`. */
  #resolve(reference: unknown): JsonSchema | undefined {
    if (typeof reference !== "string" || !reference.startsWith("#")) return;
    let target: unknown = this.#root;
    for (const part of reference.split("/").slice(1)) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      if (!isTable(target) || !Object.hasOwn(target, key)) return undefined;
      target = target[key];
    }
    return isTable(target) ? target : undefined;
  }
}

function isOpen(schema: JsonSchema): boolean {
  const others = schema["additionalProperties"];
  return (others !== undefined && others !== false) ||
    schema["patternProperties"] !== undefined;
}
