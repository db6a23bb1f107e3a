import { copyTable } from "./copy_table.ts";
import { Layer, type Layers } from "./layers.ts";
import type { Place } from "./process_config.ts";
import type { KeyPath, Report } from "./report.ts";
import { quote } from "./shown.ts";
import { emptyTable, isTable, MAX_DEPTH, type Table } from "./tables.ts";
import { readToml } from "./toml_text.ts";
import { PREFIX } from "./variables.ts";

const FORBIDDEN = ["__proto__", "constructor", "prototype"];
const WANTED = `wanted ${PREFIX}<TABLE>__<KEY>`;

/**
 * Lays the variables `CARYATID_…` over what the files say: `CARYATID_MODULE__CLOCK__TOPIC` is `module.clock.topic`.
 *
 * @param topLevel the names of the process's own tables: `CARYATID_HOME` is none of our business, `CARYATID_LOG` is
 */
export async function addEnvironment(
  layers: Layers,
  variables: readonly [name: string, value: string][],
  topLevel: ReadonlySet<string>,
  report: Report,
): Promise<void> {
  const environment = new Environment(layers, topLevel, report);
  for (const [name, value] of variables) {
    await environment.add(name, value);
  }
}

class Environment {
  readonly #layers: Layers;
  readonly #topLevel: ReadonlySet<string>;
  readonly #report: Report;
  readonly #names = new Map<string, string>();

  constructor(layers: Layers, topLevel: ReadonlySet<string>, report: Report) {
    this.#layers = layers;
    this.#topLevel = topLevel;
    this.#report = report;
  }

  async add(name: string, text: string): Promise<void> {
    const parts = keyParts(name);
    const refuse = (path: KeyPath, text: string) =>
      this.#refuse(name, path, text);
    const bad = parts.find((part) => part === "" || FORBIDDEN.includes(part));
    if (bad !== undefined) {
      const what = bad === "" ? "an empty part" : `the part ${quote(bad)}`;
      return refuse(parts, `found ${what}, ${WANTED}`);
    }
    if (parts.length > MAX_DEPTH) {
      return refuse(parts, `found ${parts.length} parts, ${WANTED}`);
    }
    const path = spell(this.#layers.merged, parts);
    const value = await readValue(text);
    if (!this.#concerns(path, name) || !this.#fits(path, name, value)) return;
    const table = copyTable(tableOf(path, value), refuse);
    this.#layers.add(new Layer(placeOf(name).source, table));
  }

  /** Says whether it is meant for the process: there may be variables with our prefix for other programs. */
  #concerns(path: readonly string[], name: string): boolean {
    const [first] = path;
    if (path.length > 1 || this.#topLevel.has(first!)) return true;
    if (Object.hasOwn(this.#layers.merged, first!)) return true;
    this.#report.notice(path, `found the variable ${quote(name)}, ${WANTED}`, {
      at: placeOf(name),
    });
    return false;
  }

  /** Says whether the value has the form of what it replaces. */
  #fits(path: readonly string[], name: string, value: unknown): boolean {
    const key = JSON.stringify(path);
    const other = this.#names.get(key);
    if (other !== undefined) {
      this.#refuse(name, path, `found ${quote(other)} too, wanted one of them`);
      return false;
    }
    this.#names.set(key, name);
    let under: unknown = this.#layers.merged;
    for (const part of path) {
      if (under !== undefined && !isTable(under)) {
        this.#refuse(name, path, "found a table over a value, wanted a value");
        return false;
      }
      under = isTable(under) ? under[part] : undefined;
    }
    if (under === undefined || isTable(under) === isTable(value)) return true;
    const [over, wanted] = isTable(value)
      ? ["a table over a value", "a value"]
      : ["a value over a table", "a table"];
    this.#refuse(name, path, `found ${over}, wanted ${wanted}`);
    return false;
  }

  #refuse(name: string, path: KeyPath, text: string): void {
    this.#report.refuse(path, text, { at: placeOf(name) });
  }
}

function placeOf(name: string): Place {
  const shown = /^[\w.-]{1,200}$/.test(name) ? name : quote(name);
  return { source: `environment ${shown}`, line: undefined, column: undefined };
}

/** Rust's form has dots, which shells don't take; in ours `__` separates. */
function keyParts(name: string): string[] {
  const rest = name.slice(PREFIX.length).toLowerCase();
  return rest.split(rest.includes(".") ? "." : "__");
}

/** Finds out how the keys are spelled: as the files do, else with `-`. */
function spell(merged: Table, parts: readonly string[]): string[] {
  let table: unknown = merged;
  return parts.map((part) => {
    const key = (isTable(table) ? spelling(table, part) : undefined) ??
      part.replaceAll("_", "-");
    table = isTable(table) ? table[key] : undefined;
    return key;
  });
}

function spelling(table: Table, part: string): string | undefined {
  const wanted = plain(part);
  if (Object.hasOwn(table, wanted)) return wanted;
  return Object.keys(table).find((key) => plain(key) === wanted);
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll("_", "-");
}

/** TOML where it is TOML, else text. */
async function readValue(text: string): Promise<unknown> {
  // On one line and on three: so neither a comment nor a bracket in the value can end the array.
  for (const toml of [`x = [${text}]`, `x = [\n${text}\n]`]) {
    const read = await readToml(toml);
    if ("fault" in read || Object.keys(read.table).length !== 1) return text;
  }
  const read = await readToml(`x = [${text}]`);
  const array = "table" in read ? read.table["x"] : undefined;
  const isOne = Array.isArray(array) && array.length === 1;
  return isOne && !text.trimEnd().endsWith(",") ? array[0] : text;
}

function tableOf(path: readonly string[], value: unknown): Table {
  let inner = value;
  for (const key of path.toReversed()) {
    const table = emptyTable();
    table[key] = inner;
    inner = table;
  }
  return inner as Table;
}
