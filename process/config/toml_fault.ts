import { parse, TomlError } from "smol-toml";
import { MAX_DEPTH } from "./tables.ts";
import type { TomlFault } from "./toml_text.ts";

const NO_SUCH_DATE =
  "found a date or time that doesn't exist, wanted one that does";

/** What smol-toml found wrong, in our words. */
export function faultOf(error: TomlError): TomlFault {
  // The other lines of its message quote the text, which may hold a password.
  const line = error.message.split("\n", 1)[0]!;
  const reason = line.replace("Invalid TOML document: ", "");
  return { text: describe(reason), line: error.line, column: error.column };
}

/**
 * smol-toml takes 2023-02-30 for 2 March, as `Date` does. Such a day may also stand in a text, key or comment; so each gets a month
 * that smol-toml refuses, and where it then finds an invalid date, there was one. (Month + 50 keeps keys different.)
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
    return "found a key or table for the second time, wanted it once";
  }
  if (reason.includes("nested")) {
    return `found values nested deeper than ${MAX_DEPTH}, wanted at most ${MAX_DEPTH}`;
  }
  if (reason === "invalid date") return NO_SUCH_DATE;
  return `found bad TOML (${reason}), wanted TOML`;
}

function daysIn(year: number, month: number): number {
  // The year 0 exists in TOML, and `Date` would take 0 to 99 for 1900 to 1999.
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (leap ? 29 : 28) : 30;
}
