import type { SchemaIssue, SchemaResult, StandardSchema } from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";
import type { CheckedSection } from "./check_section.ts";
import type { ProcessConfig, Section } from "./process_config.ts";
import { type KeyPath, Report } from "./report.ts";
import { type SchemaKeys, schemaKeys } from "./schema_keys.ts";
import { settle } from "./settle.ts";
import { found, isSecret, withoutPassword } from "./shown.ts";
import { emptyTable, isTable, type Table } from "./tables.ts";

type Verdict = Promise<SchemaResult<unknown>>;

const LONGEST_TEXT = 300;

/** Says what is wrong with a section, or not known in it. `verdict` is what its schema said of it. */
export async function reviewSection(
  config: Pick<ProcessConfig, "place">,
  section: Section,
  schema: StandardSchema,
  verdict: Verdict,
): Promise<CheckedSection> {
  const review = new Review(section);
  const value = await review.run(schema, verdict);
  const { problems, notices } = review.report;
  const place = (key: KeyPath) => config.place(key.map(String));
  return {
    value,
    problems: await settle(problems, place),
    notices: await settle(notices, place),
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
    if (keys && !keys.strict) this.#noticeUnknown(this.#section, keys, []);
    let result = await this.#settled(first);
    const fewer = this.#withoutStrangers(result.issues ?? [], keys);
    if (fewer) {
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

  #noticeUnknown(table: Table, { known }: SchemaKeys, path: KeyPath): void {
    for (const [key, value] of Object.entries(table)) {
      const at = [...path, key];
      if (this.#isGlobal(at)) continue;
      const below = known.get(key);
      if (!below) {
        this.report.notice(
          [...this.#path, ...at],
          "found an unknown key, wanted a known one",
          { like: [key, [...known.keys()]] },
        );
      } else if (isTable(value)) {
        const keys = below();
        if (keys && !keys.strict) this.#noticeUnknown(value, keys, at);
      }
    }
  }

  /** The section without keys of `[global]` that a strict schema doesn't know; undefined if there are none. */
  #withoutStrangers(
    issues: readonly SchemaIssue[],
    keys: SchemaKeys | undefined,
  ): Table | undefined {
    if (issues.length === 0) return undefined;
    const refused = new Set(issues.flatMap(unknownKeys));
    const fewer = emptyTable();
    let some = false;
    for (const [key, value] of Object.entries(this.#section)) {
      const isStranger = refused.has(key) ||
        (keys !== undefined && !keys.known.has(key));
      if (isStranger && this.#globalKeys.has(key)) some = true;
      else fewer[key] = value;
    }
    return some ? fewer : undefined;
  }

  #refuse(issue: SchemaIssue, keys: SchemaKeys | undefined): void {
    const path = (issue.path ?? []).map((part) => {
      const key = typeof part === "object" ? part.key : part;
      return typeof key === "number" ? key : String(key);
    });
    const at = this.#isGlobal(path)
      ? ["global", ...path]
      : [...this.#path, ...path];
    const strangers = unknownKeys(issue);
    if (strangers.length > 0) {
      const known = path.length === 0 ? keys?.known.keys() : undefined;
      for (const key of strangers) {
        this.report.unknown([...this.#path, ...path, key], [...known ?? []]);
      }
      return;
    }
    const what = found([...this.#path, ...path], valueAt(this.#section, path));
    const text = `found ${what} (${this.#safe(issue.message)})`;
    this.report.refuse([...this.#path, ...path], text, { at });
  }

  #isGlobal(path: KeyPath): boolean {
    let prefix = "";
    return path.some((part) => {
      prefix += prefix === "" ? part : `.${part}`;
      return this.#globalKeys.has(prefix);
    });
  }

  /** A schema's text may quote what it was given. */
  #safe(text: string): string {
    let safe = text;
    for (const secret of secrets(this.#section, this.#path)) {
      safe = safe.replaceAll(secret, "***");
    }
    return withoutPassword(safe).replace(/[\p{Cc}\p{Cf}]+/gu, " ")
      .slice(0, LONGEST_TEXT);
  }
}

/** zod tells the keys that a strict table doesn't know in one issue of that table. */
function unknownKeys(issue: SchemaIssue): string[] {
  const { code, keys } = issue as { code?: unknown; keys?: unknown };
  return code === "unrecognized_keys" && Array.isArray(keys)
    ? keys.map(String)
    : [];
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

/** What stands at a path, or undefined. Only own properties count. */
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
