import { excerpt } from "../../spy/excerpt.ts";
import { redaction } from "../../spy/redaction.ts";

/** Maximum length of a payload on the page, in characters. */
const MAX_LENGTH = 4_000;
const NOTHING_HIDDEN = redaction([]);

/**
 * Returns any value as JSON of a limited length, for the page. Runs no code of
 * the value; marks what JSON or the length leaves out.
 */
export function shown(value: unknown): string {
  const copy = excerpt(value, MAX_LENGTH, NOTHING_HIDDEN);
  return JSON.stringify(copy, undefinedAsText) ?? String(copy);
}

function undefinedAsText(_key: string, value: unknown): unknown {
  if (value === undefined) return "<undefined>";
  const isOdd = typeof value === "number" && !Number.isFinite(value);
  return isOdd ? String(value) : value;
}
