import { emptyTable } from "@caryatid/process/internal/inspection";

/**
 * Encodes values of TOML as JSON. `mark` is a key that no section has: it wraps
 * values that JSON lacks.
 */
export function sectionText(value: unknown, mark: string): string {
  return JSON.stringify(value, function (key, plain) {
    // Not `plain`: JSON.stringify has already turned a date into a string.
    const raw = (this as Record<string, unknown>)[key];
    if (raw instanceof Date) return { [mark]: ["date", raw.toISOString()] };
    if (typeof raw === "bigint") return { [mark]: ["integer", String(raw)] };
    if (typeof raw === "number" && !Number.isFinite(raw)) {
      return { [mark]: ["number", String(raw)] };
    }
    return plain;
  });
}

/**
 * Decodes the output of `sectionText`. Tables have no prototype, like those of
 * the configuration.
 */
export async function readSectionText(
  text: string,
  mark: string,
): Promise<unknown> {
  // Few sections contain dates, and loading the class takes a tenth of the time
  // of an inspection.
  const { TomlDate } = text.includes(`{"${mark}":["date",`)
    ? await import("smol-toml")
    : {};
  const revived = ([kind, text]: [string, string]): unknown => {
    if (kind === "date") return new TomlDate!(text);
    return kind === "integer" ? BigInt(text) : Number(text);
  };
  return JSON.parse(text, (_key, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return value;
    }
    if (Object.hasOwn(value, mark)) return revived(value[mark]);
    const table = emptyTable();
    for (const key of Object.keys(value)) table[key] = value[key];
    return table;
  });
}
