import { parse, TomlError } from "smol-toml";
import { MAX_DEPTH, type Table } from "./tables.ts";

/** The longest text that is read, in bytes. */
export const MAX_BYTES = 1024 * 1024;

/** Why a text isn't TOML that can be used, and where. */
export interface TomlFault {
  /** What was found, and what is wanted. */
  readonly text: string;
  /** From 1; undefined for the text as a whole. */
  readonly line: number | undefined;
  /** From 1. */
  readonly column: number | undefined;
}

const NO_SUCH_DATE =
  "found a date or time that doesn't exist, wanted one that does";

/** What a text says, or why it says nothing. */
export type TomlResult = { readonly table: Table } | {
  readonly fault: TomlFault;
};

/** Reads TOML. Inline tables and arrays are at most 64 deep; dotted keys may be deeper, so copy before you recurse. */
export function readToml(text: string): TomlResult {
  if (isTooLong(text)) {
    return {
      fault: {
        text: `found over ${MAX_BYTES} bytes, wanted at most 1 MiB`,
        line: undefined,
        column: undefined,
      },
    };
  }
  const result = parseToml(text);
  const fault = "fault" in result ? undefined : impossibleDate(text);
  return fault ? { fault } : result;
}

function isTooLong(text: string): boolean {
  // No UTF-16 unit needs more than 3 bytes, so short texts need no count.
  return text.length * 3 > MAX_BYTES &&
    new TextEncoder().encode(text).length > MAX_BYTES;
}

function parseToml(text: string): TomlResult {
  try {
    return { table: parse(text, { maxDepth: MAX_DEPTH }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The rest of its message quotes the text, which may hold a password.
    const line = error.message.split("\n", 1)[0]!;
    const reason = line.replace("Invalid TOML document: ", "");
    return {
      fault: {
        text: describe(reason),
        line: error.line,
        column: error.column,
      },
    };
  }
}

function describe(reason: string): string {
  if (reason.includes("already defined")) {
    return "found a key or table for the second time, wanted it once";
  }
  if (reason.includes("nested")) {
    return `found values nested deeper than ${MAX_DEPTH}, wanted at most ${MAX_DEPTH}`;
  }
  if (reason === "invalid date") return NO_SUCH_DATE;
  return `found bad TOML (${reason}), wanted TOML`;
}

/**
 * smol-toml takes 2023-02-30 for 2 March, as `Date` does. Such a day may also stand in a text, key or comment; so each gets a month
 * that smol-toml refuses, and where it then finds an invalid date, there was one. (Month + 50 keeps keys different.)
 */
function impossibleDate(text: string): TomlFault | undefined {
  let seen = false;
  const changed = text.replace(
    /(\d{4})-(0[2469]|11)-(29|3[01])/g,
    (date, year: string, month: string, day: string) => {
      if (Number(day) <= daysIn(Number(year), Number(month))) return date;
      seen = true;
      return `${year}-${Number(month) + 50}-${day}`;
    },
  );
  if (!seen) return undefined;
  const result = parseToml(changed);
  return "fault" in result && result.fault.text === NO_SUCH_DATE
    ? result.fault
    : undefined;
}

function daysIn(year: number, month: number): number {
  // The year 0 exists in TOML, and `Date` would take 0 to 99 for 1900 to 1999.
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (leap ? 29 : 28) : 30;
}
