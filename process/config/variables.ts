import { platform } from "../platform.ts";
import { isTable, type Table } from "./tables.ts";

/** What the variables that override a configuration begin with. */
export const PREFIX = "CARYATID_";

/** Keys of the process which a variable may set although no file has them. */
export const SINGLE_KEYS: readonly string[] = [
  "global.startup.topic",
  "import.hosts",
  "lifecycle.start-deadline",
  "lifecycle.stop-deadline",
  "log.format",
  "log.level",
  "message-router.request-timeout",
  "monitor.frequency-secs",
  "monitor.output",
  "monitor.topic",
];
const MODULE_KEYS = [
  "class",
  "import",
  "integrity",
  "isolation",
  "on-failure",
];
const BUS_KEYS = ["class", "import", "integrity", "url"];

/** To ask Deno for one takes up to 10 µs. Nobody with more keys than these grants variables one by one. */
const MOST_KEYS = 2_000;

/**
 * Reads the variables that may override the configuration, where permission is granted already. Never prompts: without
 * `--allow-env` it asks only for keys that the files have and the process knows, so `--allow-env=CARYATID_*` serves too.
 */
export function readVariables(merged: Table): Record<string, string> {
  if (platform.isGranted({ name: "env" })) return platform.variables();
  // Rust's dotted form only if this is granted as a whole: nobody grants it name by name.
  const isPrefixGranted = isGranted(PREFIX);
  const variables: Record<string, string> = {};
  for (const path of candidates(merged)) {
    const parts = path.map((key) => key.toUpperCase().replaceAll("-", "_"));
    if (!parts.every((part) => /^\w+$/.test(part))) continue;
    read(PREFIX + parts.join("__"), variables);
    if (isPrefixGranted) read(PREFIX + parts.join("."), variables);
  }
  return variables;
}

/** Those which are meant for a configuration, sorted, so that the outcome doesn't hang on their order. */
export function ourVariables(
  variables: Readonly<Record<string, string>>,
): [name: string, value: string][] {
  return Object.entries(variables)
    .filter(([name]) => name.startsWith(PREFIX))
    .sort(([a], [b]) => a < b ? -1 : 1);
}

function read(name: string, into: Record<string, string>): void {
  if (!isGranted(name)) return;
  const value = platform.variable(name);
  if (value !== undefined) into[name] = value;
}

function isGranted(variable: string): boolean {
  return platform.isGranted({ name: "env", variable });
}

function* candidates(merged: Table): Generator<readonly string[]> {
  for (const key of SINGLE_KEYS) yield key.split(".");
  yield* ofEach(merged, "module", MODULE_KEYS);
  yield* ofEach(merged, "message-bus", BUS_KEYS);
  const values: string[][] = [];
  collect(merged, [], values);
  yield* values;
}

function* ofEach(
  merged: Table,
  table: string,
  keys: readonly string[],
): Generator<readonly string[]> {
  const each = merged[table];
  if (!isTable(each)) return;
  for (const id of Object.keys(each).slice(0, MOST_KEYS)) {
    for (const key of keys) yield [table, id, key];
  }
}

/** Values only: a whole table is rarely given by a variable. */
function collect(
  table: Table,
  path: readonly string[],
  into: string[][],
): void {
  for (const [key, value] of Object.entries(table)) {
    if (into.length >= MOST_KEYS) return;
    const at = [...path, key];
    if (isTable(value)) collect(value, at, into);
    else into.push(at);
  }
}
