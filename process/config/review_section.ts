import type { SchemaIssue, SchemaResult, StandardSchema } from "@caryatid/sdk";
import {
  describeFailure,
  issueKeys,
  unknownKeys,
} from "@caryatid/sdk/internal/checks";
import { formatValue, isSecret, withoutPassword } from "./format.ts";
import { toProblems } from "./problems.ts";
import type {
  ConfigProblem,
  ProcessConfig,
  Section,
} from "./process_config.ts";
import { Report } from "./table_reader.ts";
import {
  emptyTable,
  isTable,
  joinKey,
  type KeyPath,
  type Table,
} from "./tables.ts";

type Verdict = Promise<SchemaResult<unknown>>;

const LONGEST_TEXT = 300;

/**
 * Maximum number of validations. A schema of valibot rejects one unknown key at
 * a time.
 */
const MAX_ROUNDS = 1_000;

/** Result of checking a section against its schema. */
export interface CheckedSection {
  /** Output of the schema with defaults; undefined if there are problems. */
  readonly value: unknown;
  /**
   * Values that the schema rejects, and keys that it does not know if it can
   * list its keys.
   */
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reports invalid values and unknown keys of a section. `verdict` is the result
 * of its schema.
 */
export async function reviewSection(
  config: Pick<ProcessConfig, "place">,
  section: Section,
  schema: StandardSchema,
  verdict: Verdict,
): Promise<CheckedSection> {
  const review = new Review(section);
  const value = await review.run(schema, verdict);
  const { problems } = review.report;
  return {
    value: problems.length === 0 ? value : undefined,
    problems: await toProblems(
      problems,
      (key) => config.place(key.map(String)),
    ),
  };
}

class Review {
  readonly report = new Report();
  readonly #path: KeyPath;
  readonly #section: Table;
  readonly #globalKeys: ReadonlySet<string>;

  constructor({ path, section, globalKeys }: Section) {
    this.#path = path;
    this.#section = section;
    this.#globalKeys = globalKeys ?? new Set();
  }

  async run(schema: StandardSchema, first: Verdict): Promise<unknown> {
    const keys = schemaKeys(schema);
    if (keys && !keys.strict) this.#refuseUnknown(this.#section, keys, []);
    let result = await this.#settled(first);
    let section = this.#section;
    for (let round = 0; result.issues && round < MAX_ROUNDS; round++) {
      const fewer = this.#withoutStrangers(section, result.issues, keys);
      if (fewer === undefined) break;
      section = fewer;
      const validate = async () => await schema["~standard"].validate(fewer);
      result = await this.#settled(validate());
    }
    if (!result.issues) return result.value;
    for (const issue of result.issues) this.#refuse(issue, keys);
    return undefined;
  }

  async #settled(verdict: Verdict): Promise<SchemaResult<unknown>> {
    try {
      return await verdict;
    } catch (error) {
      const { message } = describeFailure(error);
      return { issues: [{ message: `its schema throws: ${message}` }] };
    }
  }

  #refuseUnknown(table: Table, { known }: SchemaKeys, path: KeyPath): void {
    for (const [key, value] of Object.entries(table)) {
      const at = [...path, key];
      if (this.#isGlobal(at)) continue;
      const below = known.get(key);
      if (!below) {
        this.report.unknown([...this.#path, ...at], [...known.keys()]);
      } else if (isTable(value)) {
        const keys = below();
        if (keys && !keys.strict) this.#refuseUnknown(value, keys, at);
      }
    }
  }

  /**
   * Returns the section without keys of `[global]` that a strict schema does
   * not know; undefined if it has no such key.
   */
  #withoutStrangers(
    section: Table,
    issues: readonly SchemaIssue[],
    keys: SchemaKeys | undefined,
  ): Table | undefined {
    const refused = new Set(
      issues.flatMap(unknownKeys).map((path) => path.reduce(joinKey, "")),
    );
    let some = false;
    const copy = (
      table: Table,
      path: string,
      isInGlobal: boolean,
      keys: SchemaKeys | undefined,
    ): Table => {
      const fewer = emptyTable();
      for (const [key, value] of Object.entries(table)) {
        const at = joinKey(path, key);
        const isGlobal = isInGlobal || this.#globalKeys.has(at);
        const isStranger = refused.has(at) || keys?.known.has(key) === false;
        if (isStranger && isGlobal) some = true;
        else if (!isTable(value)) fewer[key] = value;
        else fewer[key] = copy(value, at, isGlobal, keys?.known.get(key)?.());
      }
      return fewer;
    };
    const fewer = copy(section, "", false, keys);
    return some ? fewer : undefined;
  }

  #refuse(issue: SchemaIssue, keys: SchemaKeys | undefined): void {
    const path = issueKeys(issue);
    const at = this.#isGlobal(path)
      ? ["global", ...path]
      : [...this.#path, ...path];
    const strangers = unknownKeys(issue);
    if (strangers.length > 0) {
      for (const stranger of strangers) {
        const known = stranger.length === 1 ? keys?.known.keys() : undefined;
        this.report.unknown([...this.#path, ...stranger], [...known ?? []]);
      }
      return;
    }
    const what = formatValue(
      [...this.#path, ...path],
      valueAt(this.#section, path),
    );
    const text = `found ${what} (${this.#safe(issue.message)})`;
    this.report.refuse([...this.#path, ...path], text, { at });
  }

  /** Returns true if a key, or a table around it, is only in `[global]`. */
  #isGlobal(path: KeyPath): boolean {
    let at = "";
    return path.some((key) => {
      at = joinKey(at, String(key));
      return this.#globalKeys.has(at);
    });
  }

  /** Removes secrets from the text of a schema, which may quote the value. */
  #safe(text: string): string {
    let safe = text;
    for (const secret of secrets(this.#section, this.#path)) {
      safe = safe.replaceAll(secret, "***");
    }
    return withoutPassword(safe).replace(/[\p{Cc}\p{Cf}]+/gu, " ")
      .slice(0, LONGEST_TEXT);
  }
}

function* secrets(value: unknown, path: KeyPath): Generator<string> {
  if (typeof value === "string") {
    if (value !== "" && isSecret(path)) yield value;
  } else if (isTable(value) || Array.isArray(value)) {
    for (const [key, below] of Object.entries(value)) {
      yield* secrets(below, [...path, key]);
    }
  }
}

/** Returns the value at a path, or undefined. Only own properties count. */
function valueAt(data: unknown, path: KeyPath): unknown {
  let value = data;
  for (const part of path) {
    if (
      typeof value !== "object" || value === null || !Object.hasOwn(value, part)
    ) {
      return undefined;
    }
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** Keys of a table according to a JSON Schema. */
interface SchemaKeys {
  /** Known keys, with the keys of their values that are tables. */
  readonly known: ReadonlyMap<string, () => SchemaKeys | undefined>;
  /** True if the schema itself rejects other keys. */
  readonly strict: boolean;
}

/** Part of https://standardschema.dev/json-schema that is used here. */
interface StandardJsonSchema {
  readonly version: 1;
  readonly jsonSchema?: {
    readonly input?: (options: { readonly target: string }) => unknown;
  };
}

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Returns the keys that a schema knows, if it has a Standard JSON Schema (zod
 * from 4.2, arktype, the adapter of valibot).
 *
 * @returns undefined if the schema cannot list its keys or accepts any key
 */
function schemaKeys(schema: StandardSchema): SchemaKeys | undefined {
  const standard: StandardJsonSchema = schema["~standard"];
  let root: unknown;
  try {
    root = standard.jsonSchema?.input?.({ target: "draft-2020-12" });
  } catch {
    return undefined; // JSON Schema cannot express it, for example a date
  }
  return isTable(root) ? new KeyFinder(root).issueKeys(root) : undefined;
}

class KeyFinder {
  readonly #root: JsonSchema;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  issueKeys(schema: JsonSchema): SchemaKeys | undefined {
    const branches: JsonSchema[] = [];
    this.#gather(schema, branches);
    const tables = branches.filter((branch) => isTable(branch["properties"]));
    // If a branch accepts other keys or any value, no key is unknown.
    if (tables.length === 0 || branches.some(isOpen)) return undefined;
    const known = new Map<string, () => SchemaKeys | undefined>();
    for (const { properties } of tables) {
      for (const [key, value] of Object.entries(properties as JsonSchema)) {
        // If two branches have the same key, its value is not checked.
        const below = known.has(key) || !isTable(value)
          ? () => undefined
          : () => this.issueKeys(value);
        known.set(key, below);
      }
    }
    const strict = tables.some((table) =>
      table["additionalProperties"] === false
    );
    return { known, strict };
  }

  /**
   * Adds a schema with its alternatives and parts, each once, because they may
   * refer to each other.
   */
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
