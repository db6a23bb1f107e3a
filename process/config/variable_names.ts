import { isTable, type Table } from "./tables.ts";

/** What the variables that override a configuration begin with. */
export const PREFIX = "CARYATID_";

/** Keys of the process which a variable may set although no file has them. */
export const SINGLE_KEYS: readonly string[] = [
  "global.startup.topic",
  "lifecycle.start-deadline",
  "lifecycle.stop-deadline",
  "log.format",
  "log.level",
  "message-router.request-timeout",
  "monitor.frequency-secs",
  "monitor.output",
  "monitor.topic",
];
const MODULE_KEYS = ["class", "import", "on-failure"];
const BUS_KEYS = ["class", "import", "url"];

/** To ask Deno for one takes 3 µs. Nobody with more than these grants variables one by one. */
const MOST_KEYS = 2_000;

/**
 * Reads the variables that may override the configuration, where permission is granted already. Never prompts: without
 * `--allow-env` it asks only for keys that the files have and the process knows, so `--allow-env=CARYATID_*` serves too.
 */
export function readVariables(merged: Table): Record<string, string> {
  const all = Deno.permissions.querySync({ name: "env" });
  if (all.state === "granted" && !all.partial) return Deno.env.toObject();
  const variables: Record<string, string> = {};
  for (const name of candidates(merged)) {
    const one = Deno.permissions.querySync({ name: "env", variable: name });
    if (one.state !== "granted") continue;
    const value = Deno.env.get(name);
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

function* candidates(merged: Table): Generator<string> {
  for (const key of SINGLE_KEYS) yield* names(key.split("."));
  yield* ofEach(merged, "module", MODULE_KEYS);
  yield* ofEach(merged, "message-bus", BUS_KEYS);
  const paths: string[][] = [];
  collect(merged, [], paths);
  for (const path of paths) yield* names(path);
}

function* ofEach(merged: Table, table: string, keys: string[]) {
  const each = merged[table];
  if (!isTable(each)) return;
  for (const id of Object.keys(each).slice(0, MOST_KEYS)) {
    for (const key of keys) yield* names([table, id, key]);
  }
}

function collect(
  table: Table,
  path: readonly string[],
  into: string[][],
): void {
  for (const [key, value] of Object.entries(table)) {
    if (into.length >= MOST_KEYS) return;
    into.push([...path, key]);
    if (isTable(value)) collect(value, [...path, key], into);
  }
}

/** Both forms, of keys that can be written as a variable. */
function* names(path: readonly string[]): Generator<string> {
  const parts = path.map((key) => key.toUpperCase().replaceAll("-", "_"));
  if (!parts.every((part) => /^\w+$/.test(part))) return;
  yield PREFIX + parts.join("__");
  yield PREFIX + parts.join(".");
}
