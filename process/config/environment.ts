import { copyTable } from "./copy_table.ts";
import { quote } from "./format.ts";
import { readToml } from "./input.ts";
import { Layer, type Layers } from "./layers.ts";
import type { Place } from "./process_config.ts";
import type { Report } from "./table_reader.ts";
import {
  emptyTable,
  isTable,
  type KeyPath,
  MAX_DEPTH,
  type Table,
} from "./tables.ts";

/** Tables that contain tables by their ids. */
const WITH_IDS = ["message_bus", "module", "process"];

const FORBIDDEN = ["__proto__", "constructor", "prototype"];

/** Options of {@linkcode addEnvironment}. */
export interface EnvironmentOptions {
  /** Prefix of the variables, without the underscore after it. */
  readonly prefix: string;
  /**
   * Names of the top-level tables: `CARYATID_LOG` is a key, and
   * `CARYATID_HOME` belongs to another program.
   */
  readonly topLevel: ReadonlySet<string>;
  /** Receives problems and notices. */
  readonly report: Report;
}

/**
 * Applies variables over the files: `CARYATID_MODULE__CLOCK__TOPIC` is
 * `module.clock.topic`.
 */
export async function addEnvironment(
  layers: Layers,
  variables: readonly [name: string, value: string][],
  options: EnvironmentOptions,
): Promise<void> {
  const environment = new Environment(layers, options);
  for (const [name, value] of variables) {
    await environment.add(name, value);
  }
}

class Environment {
  readonly #layers: Layers;
  readonly #prefix: string;
  readonly #topLevel: ReadonlySet<string>;
  readonly #report: Report;
  readonly #names = new Map<string, string>();

  constructor(
    layers: Layers,
    { prefix, topLevel, report }: EnvironmentOptions,
  ) {
    this.#layers = layers;
    this.#prefix = `${prefix}_`;
    this.#topLevel = topLevel;
    this.#report = report;
  }

  /** Text that says which names are expected. */
  get #expected(): string {
    return `expected ${this.#prefix}<TABLE>__<KEY>`;
  }

  async add(name: string, text: string): Promise<void> {
    const parts = keyParts(name.slice(this.#prefix.length));
    const refuse = (path: KeyPath, text: string) =>
      this.#refuse(name, path, text);
    const bad = parts.find((part) => part === "" || FORBIDDEN.includes(part));
    if (bad !== undefined) {
      const what = bad === "" ? "an empty part" : `the part ${quote(bad)}`;
      return refuse(parts, `found ${what}; ${this.#expected}`);
    }
    if (parts.length > MAX_DEPTH) {
      return refuse(parts, `found ${parts.length} parts; ${this.#expected}`);
    }
    const path = spell(this.#layers.merged, parts);
    const value = await readValue(text);
    if (!this.#concerns(path, name) || !this.#fits(path, name, value)) return;
    const table = copyTable(tableOf(path, value), refuse);
    this.#layers.add(new Layer(placeOf(name).source, table));
  }

  /**
   * Returns true if the variable concerns the configuration. Other programs may
   * use the prefix, too.
   */
  #concerns(path: readonly string[], name: string): boolean {
    const [first] = path;
    if (path.length > 1 || this.#topLevel.has(first!)) return true;
    if (Object.hasOwn(this.#layers.merged, first!)) return true;
    this.#report.notice(
      path,
      `found the variable ${quote(name)}; ${this.#expected}`,
      { at: placeOf(name), hint: this.#hint(name) },
    );
    return false;
  }

  /** Proposes `__` where a name has `_` after a known table. */
  #hint(name: string): string | undefined {
    let rest = name.slice(this.#prefix.length).toLowerCase();
    let tables: readonly string[] = [...this.#topLevel];
    let table: unknown = this.#layers.merged;
    const parts: string[] = [];
    for (;;) {
      const [known] = tables.filter((key) => rest.startsWith(`${word(key)}_`))
        .sort((a, b) => b.length - a.length);
      if (known === undefined) break;
      parts.push(word(known));
      rest = rest.slice(known.length + 1);
      const below: unknown = isTable(table) ? table[known] : undefined;
      const inner = isTable(below) ? below : {};
      tables = Object.keys(inner).filter((key) => isTable(inner[key]));
      table = below;
    }
    const wanted = WITH_IDS.includes(parts[0]!) ? 2 : 1;
    if (parts.length < wanted || rest === "") return undefined;
    const meant = [...parts, rest].join("__").toUpperCase();
    return `Write ${this.#prefix}${meant}.`;
  }

  /**
   * Returns true if the value is a table like the one it replaces, or neither
   * is a table.
   */
  #fits(path: readonly string[], name: string, value: unknown): boolean {
    const key = JSON.stringify(path);
    const other = this.#names.get(key);
    if (other !== undefined) {
      this.#refuse(
        name,
        path,
        `found ${quote(other)} too; expected one of them`,
      );
      return false;
    }
    this.#names.set(key, name);
    let under: unknown = this.#layers.merged;
    for (const part of path) {
      if (under !== undefined && !isTable(under)) {
        this.#refuse(
          name,
          path,
          "found a table over a value; expected a value",
        );
        return false;
      }
      under = isTable(under) ? under[part] : undefined;
    }
    if (under === undefined || isTable(under) === isTable(value)) return true;
    const [over, wanted] = isTable(value)
      ? ["a table over a value", "a value"]
      : ["a value over a table", "a table"];
    this.#refuse(name, path, `found ${over}; expected ${wanted}`);
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

/**
 * Splits a name without its prefix at `__`, or at the dots of Rust's form.
 * Shells do not accept dots in names.
 */
function keyParts(name: string): string[] {
  return name.toLowerCase().split(name.includes(".") ? "." : "__");
}

/** Returns the keys as the files spell them, otherwise with `-`. */
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

/** Returns a key as variables spell it, in lower case. */
function word(key: string): string {
  return key.toLowerCase().replaceAll("-", "_");
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll("_", "-");
}

/** Parses a value as TOML, otherwise as text. */
async function readValue(text: string): Promise<unknown> {
  // On one line and on three lines: neither a comment nor a bracket in the
  // value can end the array.
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
