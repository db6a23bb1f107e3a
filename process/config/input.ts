import { parse, TomlError } from "smol-toml";
import { CaryatidError } from "@caryatid/sdk";
import { platform } from "../platform/deno.ts";
import { Layer } from "./layers.ts";
import type { Report } from "./table_reader.ts";
import {
  emptyTable,
  isTable,
  isUsable,
  MAX_BYTES,
  MAX_DEPTH,
  type Table,
} from "./tables.ts";
import type { TomlFault } from "./toml_fault.ts";

/**
 * Source of a configuration: TOML text, a URL of a TOML file (`file:`,
 * `http(s):`, `data:`), or a plain object.
 */
export type ConfigInput = string | URL | Record<string, unknown>;

/**
 * Reads one source. Problems are added to `report`, and the affected keys are
 * left out.
 *
 * @throws {CaryatidError} `PERMISSION_DENIED` for a URL that Deno may not read,
 * `ABORTED` if `signal` fires
 */
export async function readLayer(
  input: ConfigInput,
  name: string,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Layer> {
  if (typeof input === "string") {
    return await textLayer(input, name, undefined, report);
  }
  if (input instanceof URL) return await urlLayer(input, report, signal);
  if (isTable(input)) return await objectLayer(input, name, report);
  report.wrong([], input, "TOML text, a URL or a plain object");
  return new Layer(name, emptyTable());
}

async function urlLayer(
  url: URL,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Layer> {
  const { readUrl, shownUrl } = await import("./read_url.ts");
  const source = shownUrl(url);
  const read = await readUrl(url, signal);
  if ("text" in read) return await textLayer(read.text, source, url, report);
  const at = { source, line: undefined, column: undefined };
  report.refuse([], read.fault, { hint: read.hint, at });
  return new Layer(source, emptyTable());
}

async function textLayer(
  text: string,
  source: string,
  base: URL | undefined,
  report: Report,
): Promise<Layer> {
  const read = await readToml(text);
  if ("table" in read) {
    const layer = new Layer(source, read.table, { base, text });
    return isUsable(read.table) ? layer : await checkedLayer(layer, report);
  }
  const { text: fault, line, column } = read.fault;
  const hint = /^\S{1,1000}\.toml$/.test(text)
    ? 'Give a file as new URL("…", import.meta.url): a text is TOML.'
    : undefined;
  report.refuse([], fault, { hint, at: { source, line, column } });
  return new Layer(source, emptyTable());
}

async function objectLayer(
  input: Table,
  source: string,
  report: Report,
): Promise<Layer> {
  try {
    return await checkedLayer(new Layer(source, input), report);
  } catch {
    // A getter or a proxy of the program. The text of its error may contain
    // anything.
    const at = { source, line: undefined, column: undefined };
    report.refuse([], "found a getter that throws; expected values", { at });
    return new Layer(source, emptyTable());
  }
}

/** Returns the layer without values that a configuration cannot contain. */
async function checkedLayer(given: Layer, report: Report): Promise<Layer> {
  const { copyTable } = await import("./copy_table.ts");
  const table = copyTable(given.table, (path, text) => {
    report.refuse(path, text, { at: given });
  });
  return given.withTable(table);
}

/** Table of a TOML text, or the reason why it is unusable. */
export type TomlResult = { readonly table: Table } | {
  readonly fault: TomlFault;
};

/**
 * Parses TOML. Inline tables and arrays are at most 64 deep; dotted keys may be
 * deeper, see `isUsable`.
 */
export async function readToml(text: string): Promise<TomlResult> {
  if (isTooLong(text)) {
    const found = `found over ${MAX_BYTES} bytes; expected at most 1 MiB`;
    return { fault: { text: found, line: undefined, column: undefined } };
  }
  try {
    const table = parse(text, { maxDepth: MAX_DEPTH });
    // smol-toml parses 2023-02-30 as 2 March.
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
  // A UTF-16 unit takes at most 3 bytes, so short texts need no count.
  return text.length * 3 > MAX_BYTES &&
    new TextEncoder().encode(text).length > MAX_BYTES;
}

/** Prefix of variables that override a configuration, unless it is chosen. */
export const DEFAULT_PREFIX = "CARYATID";

/** Maximum length of a prefix. */
const LONGEST_PREFIX = 64;

/**
 * Returns a prefix of variables if it is valid.
 *
 * @throws {CaryatidError} `INVALID_OPTION`
 */
export function checkEnvPrefix(prefix: unknown): string {
  const isValid = typeof prefix === "string" &&
    prefix.length <= LONGEST_PREFIX && /^[A-Z](_*[A-Z0-9])*$/.test(prefix);
  if (isValid) return prefix;
  const found = typeof prefix === "string"
    ? JSON.stringify(prefix.slice(0, LONGEST_PREFIX))
    : `a value of type ${typeof prefix}`;
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot use the prefix of environment variables: found ${found}; expected ` +
      `up to ${LONGEST_PREFIX} upper-case letters, digits and underscores ` +
      "that begin with a letter and do not end with an underscore",
    {
      hint:
        "Use for example ACROPOLIS: ACROPOLIS_LOG__LEVEL then sets level of [log].",
    },
  );
}

/** Keys that a variable can set although no file contains them. */
export const SINGLE_KEYS: readonly string[] = [
  "global.startup.topic",
  "import.hosts",
  "isolation.jail",
  "lifecycle.start-deadline",
  "lifecycle.stop-deadline",
  "log.format",
  "log.level",
  "message-router.request-timeout",
  "monitor.control",
  "monitor.frequency-secs",
  "monitor.opentelemetry",
  "monitor.output",
  "monitor.topic",
  "tracing.sample",
  "tracing.topic",
  "tracing.traces-per-second",
];
const MODULE_KEYS = [
  "class",
  "import",
  "integrity",
  "isolation",
  "jail",
  "may-block",
  "on-failure",
  "while-down",
];
const BUS_KEYS = ["class", "import", "integrity", "url"];

/**
 * Maximum number of keys that are looked up. A query of Deno takes up to 10 µs,
 * and programs with more keys do not grant variables one by one.
 */
const MOST_KEYS = 2_000;

/**
 * Reads the variables that override the configuration, if permission is granted
 * already. Never prompts: without `--allow-env` it queries only keys that the
 * files contain and the process knows, so `--allow-env=PREFIX_*` is sufficient.
 *
 * @param further names of variables to query, too
 */
export function readVariables(
  merged: Table,
  prefix: string,
  further: readonly string[] = [],
): Record<string, string> {
  if (platform.isGranted({ name: "env" })) return platform.variables();
  // Rust's dotted form is read only if the prefix is granted as a whole.
  const isPrefixGranted = isGranted(`${prefix}_`);
  const variables: Record<string, string> = {};
  const readBoth = (name: string) => {
    read(name, variables);
    if (isPrefixGranted) read(dottedForm(prefix, name), variables);
  };
  for (const path of candidates(merged)) {
    const name = variableName(prefix, path);
    if (name !== undefined) readBoth(name);
  }
  further.forEach(readBoth);
  return variables;
}

/**
 * Returns the name of the variable that overrides a key; undefined for a key
 * that no variable can name.
 */
export function variableName(
  prefix: string,
  path: readonly string[],
): string | undefined {
  const parts = path.map((key) => key.toUpperCase().replaceAll("-", "_"));
  return parts.every((part) => /^\w+$/.test(part))
    ? `${prefix}_${parts.join("__")}`
    : undefined;
}

/** Returns the name of a variable in Rust's form. */
function dottedForm(prefix: string, name: string): string {
  const start = prefix.length + 1;
  return name.slice(0, start) + name.slice(start).replaceAll("__", ".");
}

/**
 * Returns the variables with the prefix, sorted, so that the result does not
 * depend on their order.
 */
export function ourVariables(
  variables: Readonly<Record<string, string>>,
  prefix: string,
): [name: string, value: string][] {
  return Object.entries(variables)
    .filter(([name]) => name.startsWith(`${prefix}_`))
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
  for (const id of idsOf(merged, "module")) yield ["log", "levels", id];
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
  for (const id of idsOf(merged, table)) {
    for (const key of keys) yield [table, id, key];
  }
}

function idsOf(merged: Table, table: string): string[] {
  const each = merged[table];
  return isTable(each) ? Object.keys(each).slice(0, MOST_KEYS) : [];
}

/** Collects the paths of values. A variable rarely sets a whole table. */
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
