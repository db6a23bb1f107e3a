import { isSchema, type JsonSchema, targetOf } from "../routes/json_schema.ts";

/** Keywords whose values are data: a `$ref` in them is not a reference. */
const DATA: ReadonlySet<string> = new Set([
  "const",
  "default",
  "enum",
  "example",
  "examples",
]);
/** Keywords whose values are schemas by names of any kind. */
const NAMED: ReadonlySet<string> = new Set([
  "$defs",
  "definitions",
  "dependentSchemas",
  "patternProperties",
  "properties",
]);

/**
 * Referenced parts of schemas, by their names in `components` of the document.
 *
 * A reference such as `#/$defs/User` refers to a part of the schema that
 * contains it. In the document it would refer to a part of the document. Equal
 * parts of several schemas are merged; different parts of one name are called
 * `User_2` and so on.
 */
export class SchemaParts {
  readonly #schemas = new Map<string, JsonSchema>();
  readonly #names = new Map<string, string>();

  /** `taken` has the names that the document itself uses. */
  constructor(taken: Readonly<Record<string, JsonSchema>>) {
    for (const [name, schema] of Object.entries(taken)) {
      this.#schemas.set(name, schema);
    }
  }

  /** All parts by name. */
  get all(): Record<string, JsonSchema> {
    return Object.fromEntries(this.#schemas);
  }

  /** Returns the schema with references to parts of the document. */
  place(schema: JsonSchema): JsonSchema {
    const placed = this.#placed(schema, schema, new Map());
    return isSchema(placed) ? placed : {};
  }

  /** `names` has the new names of the parts of this `root`. */
  #placed(
    value: unknown,
    root: JsonSchema,
    names: Map<string, string>,
  ): unknown {
    if (Array.isArray(value)) {
      return value.map((each) => this.#placed(each, root, names));
    }
    if (!isSchema(value)) return value;
    const { $ref, $defs: _, definitions: __, ...rest } = value;
    const entries = Object.entries(rest).map(([keyword, below]) => [
      keyword,
      DATA.has(keyword)
        ? below
        : NAMED.has(keyword) && isSchema(below)
        ? this.#placedAll(below, root, names)
        : this.#placed(below, root, names),
    ]);
    // A reference to elsewhere could be anything.
    const name = typeof $ref === "string" && this.#part($ref, root, names);
    if (name) entries.unshift(["$ref", `#/components/schemas/${name}`]);
    return Object.fromEntries(entries);
  }

  #placedAll(
    schemas: JsonSchema,
    root: JsonSchema,
    names: Map<string, string>,
  ): JsonSchema {
    return Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [
        name,
        this.#placed(schema, root, names),
      ]),
    );
  }

  #part(
    reference: string,
    root: JsonSchema,
    names: Map<string, string>,
  ): string | undefined {
    const known = names.get(reference);
    if (known !== undefined) return known;
    const target = targetOf(reference, root);
    if (!isSchema(target)) return undefined;
    const identity = identityOf(reference, root);
    const same = this.#names.get(identity);
    if (same !== undefined) {
      names.set(reference, same);
      return same;
    }
    const name = this.#free(reference);
    names.set(reference, name);
    this.#names.set(identity, name);
    this.#schemas.set(name, {}); // it may refer to itself
    this.#schemas.set(name, this.#placed(target, root, names) as JsonSchema);
    return name;
  }

  #free(reference: string): string {
    const last = reference.slice(reference.lastIndexOf("/") + 1);
    const wanted = last.replaceAll(/[^A-Za-z0-9._-]/g, "_").replace(/^_*/, "");
    const base = wanted === "" ? "Schema" : wanted;
    for (let n = 1;; n++) {
      const name = n === 1 ? base : `${base}_${n}`;
      if (!this.#schemas.has(name)) return name;
    }
  }
}

/**
 * Returns a part, and all that it refers to, as text. Two parts with the same
 * text may still refer to different parts.
 */
function identityOf(reference: string, root: JsonSchema): string {
  const reached = new Map<string, unknown>();
  const reach = (reference: string) => {
    if (reached.has(reference)) return;
    const target = targetOf(reference, root);
    reached.set(reference, target);
    JSON.stringify(target, (key, value) => {
      if (key === "$ref" && typeof value === "string") reach(value);
      return value;
    });
  };
  reach(reference);
  return JSON.stringify([...reached]);
}
