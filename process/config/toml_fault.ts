import { parse, TomlError } from "smol-toml";
import { MAX_DEPTH } from "./tables.ts";

/** Reason why a text is not usable TOML, and its position. */
export interface TomlFault {
  /** Finding and wanted text. */
  readonly text: string;
  /** Line, from 1; undefined for the text as a whole. */
  readonly line: number | undefined;
  /** Column, from 1. */
  readonly column: number | undefined;
}

const NO_SUCH_DATE =
  "found a date or time that does not exist; expected one that does";

/** Converts an error of smol-toml. */
export function faultOf(error: TomlError): TomlFault {
  // The other lines of the message quote the text, which may contain a
  // password.
  const line = error.message.split("\n", 1)[0]!;
  const reason = line.replace("Invalid TOML document: ", "");
  return { text: describe(reason), line: error.line, column: error.column };
}

/**
 * Finds a date like 2023-02-30, which smol-toml parses as 2 March. Such a day
 * may also be in a text, key or comment. Therefore each one gets a month that
 * smol-toml rejects; if it then reports an invalid date, there was one. (Month
 * + 50 keeps keys different.)
 */
export function impossibleDate(text: string): TomlFault | undefined {
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
  try {
    parse(changed, { maxDepth: MAX_DEPTH });
    return undefined;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const fault = faultOf(error);
    return fault.text === NO_SUCH_DATE ? fault : undefined;
  }
}

function describe(reason: string): string {
  if (reason.includes("already defined")) {
    return "found a key or table for the second time; expected it once";
  }
  if (reason.includes("nested")) {
    return `found values nested deeper than ${MAX_DEPTH}; expected at most ${MAX_DEPTH}`;
  }
  if (reason === "invalid date") return NO_SUCH_DATE;
  return `found bad TOML (${reason}); expected TOML`;
}

function daysIn(year: number, month: number): number {
  // The year 0 exists in TOML, and `Date` reads 0 to 99 as 1900 to 1999.
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (leap ? 29 : 28) : 30;
}
