import type { StandardSchema } from "@caryatid/sdk";
import type { Problem, ProcessConfig, Section } from "./process_config.ts";
import { isTable, type Table } from "./tables.ts";

/** What a section is worth. */
export interface CheckedSection {
  /** What the schema made of it, with defaults; undefined if there are problems. */
  readonly value: unknown;
  /** What the schema doesn't take. */
  readonly problems: readonly Problem[];
  /** Keys that the schema doesn't know, if it can be asked. */
  readonly notices: readonly Problem[];
}

/**
 * Checks the section of a module or bus against its schema, which fills in defaults.
 *
 * Keys that come from `[global]` are meant for all modules: one that this schema doesn't know is neither problem nor notice.
 */
export async function checkSection(
  config: Pick<ProcessConfig, "place">,
  section: Section,
  schema: StandardSchema | undefined,
): Promise<CheckedSection> {
  if (!schema) return { value: section.section, problems: [], notices: [] };
  const validate = async () =>
    await schema["~standard"].validate(section.section);
  const verdict = validate();
  const result = await verdict.catch(() => undefined); // told by the review
  const isGood = result && !result.issues;
  // Only a wrong section pays for the rest; to ask zod for its keys takes 2 ms at first, 0.3 ms then.
  if (
    isGood &&
    (isMute(schema) || keepsAll(schema, section.section, result.value))
  ) {
    return { value: result.value, problems: [], notices: [] };
  }
  const { reviewSection } = await import("./review_section.ts");
  return await reviewSection(config, section, schema, verdict);
}

/** Says whether a schema can't be asked for its keys (it has no Standard JSON Schema): then none can be told to be unknown. */
function isMute(schema: StandardSchema): boolean {
  return !("jsonSchema" in schema["~standard"]);
}

/** zod and valibot drop keys that they don't know: where none was dropped, none is unknown. Others may keep them all. */
function keepsAll(
  schema: StandardSchema,
  given: Table,
  value: unknown,
): boolean {
  return /^(zod|valibot)$/.test(schema["~standard"].vendor) &&
    hasAll(given, value);
}

function hasAll(given: Table, value: unknown): boolean {
  return isTable(value) &&
    Object.entries(given).every(([key, below]) =>
      Object.hasOwn(value, key) &&
      (!isTable(below) || hasAll(below, value[key]))
    );
}
