import { readCodeSource, readIsolation } from "./code_keys.ts";
import type { Layers } from "./layers.ts";
import type {
  Jail,
  ModuleConfig,
  OnFailure,
  WhileDown,
} from "./process_config.ts";
import type { Report, TableReader } from "./table_reader.ts";
import {
  countValues,
  emptyTable,
  isTable,
  joinKey,
  mergeInto,
  type Table,
} from "./tables.ts";

const ON_FAILURE: readonly OnFailure[] = ["fail", "restart", "ignore"];
const WHILE_DOWN: readonly WhileDown[] = ["drop-newest", "wait"];
const NOT_GLOBAL = [
  "class",
  "import",
  "integrity",
  "on-failure",
  "while-down",
  "isolation",
  "jail",
  "permissions",
  "limits",
  "may-block",
];

/**
 * Maximum number of values copied from `[global]`: a small file can apply a
 * huge table to many modules.
 */
const MAX_COPIES = 1_000_000;

/** Reads `[module.<id>]`, each merged over `[global]`. */
export async function readModules(
  root: TableReader,
  layers: Layers,
  report: Report,
  jail: Jail,
): Promise<ModuleConfig[]> {
  const ids = await layers.idsIn("module");
  const all = root.reader("module");
  const global = readGlobal(root, report);
  const copies = countValues(global) * ids.length;
  if (copies > MAX_COPIES) {
    report.refuse(
      ["global"],
      `found ${copies} values when laid under ${ids.length} modules; ` +
        `expected at most ${MAX_COPIES}`,
    );
    return [];
  }
  const modules: ModuleConfig[] = [];
  for (const id of ids) {
    modules.push(
      await readModule(id, all.item(id), { global, layers, report, jail }),
    );
  }
  return modules;
}

async function readModule(
  id: string,
  reader: TableReader,
  { global, layers, report, jail }: {
    readonly jail: Jail;
    readonly global: Table;
    readonly layers: Layers;
    readonly report: Report;
  },
): Promise<ModuleConfig> {
  const path = ["module", id];
  const className = reader.text("class") ?? id;
  const source = readCodeSource(reader, layers, report);
  const onFailure = reader.choice("on-failure", ON_FAILURE, "fail");
  const whileDown = reader.choice("while-down", WHILE_DOWN, "drop-newest");
  const isolation = await readIsolation(reader, layers, report, jail);
  const mayBlock = reader.flag("may-block", false);
  const own = reader.rest();
  return {
    id,
    className,
    ...source,
    onFailure,
    whileDown,
    ...isolation,
    mayBlock,
    path,
    section: mergeInto(mergeInto(emptyTable(), global), own),
    globalKeys: onlyIn(global, own, "", new Set()),
  };
}

/**
 * Returns the keys of `[global]`, which all apply to modules, those of
 * `[global.startup]` included. Reports keys that only a module can have.
 */
function readGlobal(root: TableReader, report: Report): Table {
  const global = root.reader("global");
  for (const key of NOT_GLOBAL) {
    if (global.value(key) === undefined) continue;
    report.refuse(
      ["global", key],
      "found a key that holds for one module; expected it in [module.<id>]",
    );
  }
  return global.rest();
}

function onlyIn(
  table: Table,
  other: Table,
  prefix: string,
  keys: Set<string>,
): Set<string> {
  for (const key of Object.keys(table)) {
    const value = table[key];
    const over = other[key];
    const path = joinKey(prefix, key);
    if (over === undefined) keys.add(path);
    else if (isTable(value) && isTable(over)) onlyIn(value, over, path, keys);
  }
  return keys;
}
