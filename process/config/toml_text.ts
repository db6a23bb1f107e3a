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

/** What a text says, or why it says nothing. */
export type TomlResult = { readonly table: Table } | {
  readonly fault: TomlFault;
};

/** Reads TOML. Inline tables and arrays are at most 64 deep; dotted keys may be deeper: see `isUsable`. */
export async function readToml(text: string): Promise<TomlResult> {
  if (isTooLong(text)) {
    const found = `found over ${MAX_BYTES} bytes, wanted at most 1 MiB`;
    return { fault: { text: found, line: undefined, column: undefined } };
  }
  try {
    const table = parse(text, { maxDepth: MAX_DEPTH });
    // It takes 2023-02-30 for 2 March.
    if (!text.includes("-29") && !text.includes("-3")) return { table };
    const { impossibleDate } = await import("./toml_fault.ts");
    const fault = impossibleDate(text);
    return fault ? { fault } : { table };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { faultOf } = await import("./toml_fault.ts");
    return { fault: faultOf(error) };
  }
}

function isTooLong(text: string): boolean {
  // No UTF-16 unit needs more than 3 bytes, so short texts need no count.
  return text.length * 3 > MAX_BYTES &&
    new TextEncoder().encode(text).length > MAX_BYTES;
}
