import { ROOT } from "../../support/running_program.ts";
import { withoutTime } from "./program.ts";

/** Lines whose numbers are those of one machine, version or moment. */
const VARYING =
  /Caryatid .* on Deno|The time sponsored by|has waited|Elapsed time|Average time|Rate|answered in/;

/** The README of an example. */
export function readmeOf(example: string): Promise<string> {
  return Deno.readTextFile(`${ROOT}examples/${example}/README.md`);
}

/** Returns each block with the output of a program, as lines without times. */
export function outputsIn(readme: string): string[][] {
  return blocksIn(readme, "text").map((block) =>
    block.trimEnd().split("\n").map(withoutTime)
  );
}

/** Returns the blocks of code of this language. */
export function blocksIn(readme: string, language: string): string[] {
  const blocks = readme.matchAll(/^```(.*)\n([^]*?)^```$/gm);
  return [...blocks].filter(([, is]) => is === language)
    .map(([, , text]) => text!);
}

/** Log line with the duration of a start, which pages omit. */
const READY = /caryatid: ready in \d+ ms$/;

/** Returns the distinct lines, with `N` for numbers that vary. */
export function distinct(lines: readonly string[]): string[] {
  const constant = lines.filter((line) => !READY.test(line)).map((line) =>
    VARYING.test(line) ? line.replace(/\d+(\.\d+)*/g, "N") : line
  );
  return [...new Set(constant)].sort();
}

/** Key of the configuration in the row of a table. */
export interface Key {
  readonly table: string;
  readonly key: string;
  /** Default of the key, if any. */
  readonly value: string | undefined;
}

/** Returns the keys of tables like `[log]`. An id is `x`. */
export function keysIn(readme: string): Key[] {
  const keys: Key[] = [];
  let table = "";
  for (const line of readme.split("\n")) {
    const [, first = "", second = "", third = ""] = line.split(/ *\| */);
    table = first.match(/^`\[+(.*?)\]+`$/)?.[1] ?? table;
    const key = second.match(/^`(.*)`$/)?.[1];
    const value = third.match(/^`(.*)`$/)?.[1];
    if (table === "" || key === undefined) continue;
    keys.push({ table: table.replace("<id>", "x"), key, value });
  }
  return keys;
}
