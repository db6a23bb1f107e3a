import type {
  SchemaInput,
  SchemaIssue,
  SchemaOutput,
  StandardSchema,
} from "./standard_schema.ts";

/** A value that a configuration can hold. */
export type ConfigValue =
  | string
  | number
  | boolean
  | readonly ConfigValue[]
  | ConfigDefaults;

/**
 * Keys of a module's section with their defaults. A value of the section must
 * have the type of its default, and other keys are errors.
 */
export interface ConfigDefaults {
  /** Default of a key, or a table of defaults. */
  readonly [key: string]: ConfigValue;
}

/** Configuration that `init` receives for the `config` of a definition. */
export type ConfigOf<C> = C extends StandardSchema ? SchemaOutput<C>
  : C extends ConfigDefaults ? Widened<C>
  : Record<string, unknown>;

/** Type of the values that can replace a default: `false` becomes `boolean`. */
export type Widened<T> = T extends boolean ? boolean
  : T extends number ? number
  : T extends string ? string
  : { readonly [Key in keyof T]: Widened<T[Key]> };

/** Section of the configuration that the `config` of a definition accepts. */
export type ConfigInputOf<C> = C extends StandardSchema ? SchemaInput<C>
  : C extends ConfigDefaults ? PartialDefaults<C>
  : unknown;

/** Defaults of which each can be left out. */
export type PartialDefaults<C> = {
  readonly [Key in keyof C]?: C[Key] extends ConfigDefaults
    ? PartialDefaults<C[Key]>
    : Widened<C[Key]>;
};

/** Returns the schema of a section with these defaults. */
export function defaultsSchema(
  defaults: ConfigDefaults,
): StandardSchema<unknown, ConfigDefaults> {
  const copy = structuredClone(defaults);
  const standard = {
    version: 1,
    vendor: "caryatid",
    validate: (value: unknown) => {
      const issues: SchemaIssue[] = [];
      const merged = merge(copy, value, [], issues);
      return issues.length > 0 ? { issues } : { value: merged };
    },
    // Standard JSON Schema: `caryatid check` and editors read the keys from it.
    jsonSchema: { input: () => tableSchema(copy) },
  } as const;
  return { "~standard": standard };
}

/** Returns true if `config` is a schema, and not a table of defaults. */
export function isSchema(
  config: StandardSchema | ConfigDefaults,
): config is StandardSchema {
  return "~standard" in config;
}

type Path = readonly PropertyKey[];

function merge(
  defaults: ConfigDefaults,
  given: unknown,
  path: Path,
  issues: SchemaIssue[],
): ConfigDefaults {
  if (!isTable(given)) {
    issues.push({
      path,
      message: `found ${typeName(given)}; expected a table`,
    });
    return defaults;
  }
  const merged: Record<string, ConfigValue> = {};
  for (const [key, value] of Object.entries(defaults)) {
    merged[key] = Object.hasOwn(given, key)
      ? checkValue(value, given[key], [...path, key], issues)
      : value;
  }
  const unknown: string[] = [];
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(defaults, key)) continue;
    unknown.push(key);
  }
  if (unknown.length > 0) issues.push(unknownKeysIssue(path, unknown));
  return merged;
}

/**
 * Returns an issue in the form of zod, so that the keys can be read from it.
 */
function unknownKeysIssue(path: Path, keys: readonly string[]): SchemaIssue {
  const list = keys.map((key) => JSON.stringify(key)).join(", ");
  const issue = {
    code: "unrecognized_keys",
    keys,
    path,
    message: keys.length === 1
      ? `the key ${list} is unknown`
      : `the keys ${list} are unknown`,
  };
  return issue;
}

function checkValue(
  fallback: ConfigValue,
  given: unknown,
  path: Path,
  issues: SchemaIssue[],
): ConfigValue {
  if (isTable(fallback)) {
    return merge(fallback as ConfigDefaults, given, path, issues);
  }
  if (Array.isArray(fallback)) {
    return checkList(fallback, given, path, issues);
  }
  if (typeof given === typeof fallback) return given as ConfigValue;
  issues.push({
    path,
    message: `found ${typeName(given)}; expected ${typeName(fallback)}`,
  });
  return fallback;
}

/** The first default is the model of every item. */
function checkList(
  fallback: readonly ConfigValue[],
  given: unknown,
  path: Path,
  issues: SchemaIssue[],
): ConfigValue {
  if (!Array.isArray(given)) {
    issues.push({ path, message: `found ${typeName(given)}; expected a list` });
    return fallback;
  }
  const [model] = fallback;
  return model === undefined
    ? given
    : given.map((item, index) =>
      checkValue(model, item, [...path, index], issues)
    );
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date);
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isTable(value)) return "a table";
  if (value === null) return "null";
  return value instanceof Date ? "a date" : `a ${typeof value}`;
}

type JsonSchema = Readonly<Record<string, unknown>>;

function tableSchema(defaults: ConfigDefaults): JsonSchema {
  const properties = Object.entries(defaults).map(([key, value]) =>
    [key, valueSchema(value)] as const
  );
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}

function valueSchema(value: ConfigValue): JsonSchema {
  if (isTable(value)) return tableSchema(value as ConfigDefaults);
  if (!Array.isArray(value)) return { type: typeof value, default: value };
  const [model] = value;
  return {
    type: "array",
    default: value,
    ...model !== undefined && { items: valueSchema(model) },
  };
}
