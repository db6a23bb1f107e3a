/** Maximum length of a text of a message. */
const MAX_TEXT = 500;
/** Maximum number of entries of one table or list. */
const MAX_ENTRIES = 2_000;

/** Returns the value if it is a table, else undefined. */
export function tableOf(
  value: unknown,
): Readonly<Record<string, unknown>> | undefined {
  const isTable = typeof value === "object" && value !== null &&
    !Array.isArray(value);
  return isTable ? value as Record<string, unknown> : undefined;
}

/** Returns the entries of a table; none for another value. */
export function entriesOf(value: unknown): [key: string, value: unknown][] {
  const table = tableOf(value);
  if (table === undefined) return [];
  return Object.keys(table).slice(0, MAX_ENTRIES)
    .map((key) => [key.slice(0, MAX_TEXT), table[key]]);
}

/** Returns the items of a list; none for another value. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_ENTRIES) : [];
}

/** Returns a number of at least 0, also for a `Float`; 0 for another value. */
export function numberOf(value: unknown): number {
  const number = typeof value === "number" || value instanceof Number
    ? Number(value)
    : 0;
  return Number.isFinite(number) && number > 0 ? number : 0;
}

/** Returns the start of a text; empty for another value. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : "";
}

/** Returns the texts of a list. */
export function textsOf(value: unknown): readonly string[] {
  return itemsOf(value).filter((item) => typeof item === "string").map(textOf);
}

/** Returns the lists of texts of a table, by key. */
export function listsOf(
  value: unknown,
): Readonly<Record<string, readonly string[]>> {
  const lists: Record<string, readonly string[]> = Object.create(null);
  for (const [key, list] of entriesOf(value)) lists[key] = textsOf(list);
  return lists;
}
