import type { StandardSchema } from "@caryatid/sdk";
import type { ProcessConfig, Section } from "./process_config.ts";
import type { CheckedSection } from "./review_section.ts";
import { isTable, joinKey, type Table } from "./tables.ts";

/**
 * Checks the section of a module or bus against its schema, which fills in
 * defaults.
 *
 * Keys of `[global]` apply to all modules: a key of it that this schema does
 * not know is not a problem. A schema that rejects unknown
 * keys receives the section without those keys.
 */
export async function checkSection(
  config: Pick<ProcessConfig, "place">,
  section: Section,
  schema: StandardSchema | undefined,
): Promise<CheckedSection> {
  if (!schema) return { value: section.section, problems: [] };
  const validate = async () =>
    await schema["~standard"].validate(section.section);
  const verdict = validate();
  const result = await verdict.catch(() => undefined); // the review reports it
  const isGood = result && !result.issues;
  // Only a wrong section needs the review: zod takes 2 ms for its first list of
  // keys, 0.3 ms for others.
  if (
    isGood &&
    (isMute(schema) || keepsAll(schema, section, result.value))
  ) {
    return { value: result.value, problems: [] };
  }
  const { reviewSection } = await import("./review_section.ts");
  return await reviewSection(config, section, schema, verdict);
}

/**
 * Returns true if a schema cannot list its keys, because it has no Standard
 * JSON Schema. Then no key is reported as unknown.
 */
function isMute(schema: StandardSchema): boolean {
  return !("jsonSchema" in schema["~standard"]);
}

/**
 * Returns true if the schema kept all keys of the module's own. zod and valibot
 * drop unknown keys; other libraries may keep them.
 */
function keepsAll(
  schema: StandardSchema,
  { section, globalKeys = NO_KEYS }: Section,
  value: unknown,
): boolean {
  return /^(zod|valibot|caryatid)$/.test(schema["~standard"].vendor) &&
    hasAll(section, value, globalKeys, "");
}

const NO_KEYS: ReadonlySet<string> = new Set();

function hasAll(
  given: Table,
  value: unknown,
  globalKeys: ReadonlySet<string>,
  path: string,
): boolean {
  return isTable(value) &&
    Object.entries(given).every(([key, below]) => {
      const at = joinKey(path, key);
      if (globalKeys.has(at)) return true;
      return Object.hasOwn(value, key) &&
        (!isTable(below) || hasAll(below, value[key], globalKeys, at));
    });
}
