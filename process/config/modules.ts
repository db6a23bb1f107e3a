import { platform } from "../platform.ts";
import { readCodeSource } from "./code_source.ts";
import type { Layers } from "./layers.ts";
import type { GrantsAround } from "./module_grants.ts";
import { readLimits } from "./module_limits.ts";
import type {
  Isolation,
  ModuleConfig,
  ModuleGrants,
  OnFailure,
} from "./process_config.ts";
import type { Report } from "./report.ts";
import type { TableReader } from "./table_reader.ts";
import {
  countValues,
  emptyTable,
  isTable,
  mergeInto,
  type Table,
} from "./tables.ts";

const ON_FAILURE: readonly OnFailure[] = ["fail", "restart", "ignore"];
const ISOLATION: readonly Isolation[] = ["none", "worker", "process"];
const NOT_GLOBAL = [
  "class",
  "import",
  "integrity",
  "on-failure",
  "isolation",
  "permissions",
  "limits",
];

/** A small file may lay a huge `[global]` under very many modules. */
const MAX_COPIES = 1_000_000;

/** `[module.<id>]`, with `[global]` laid under each. */
export async function readModules(
  root: TableReader,
  layers: Layers,
  report: Report,
): Promise<ModuleConfig[]> {
  const ids = await layers.idsIn("module");
  const all = root.reader("module");
  const global = readGlobal(root, report);
  const copies = countValues(global) * ids.length;
  if (copies > MAX_COPIES) {
    report.refuse(
      ["global"],
      `found ${copies} values when laid under ${ids.length} modules, ` +
        `wanted at most ${MAX_COPIES}`,
    );
    return [];
  }
  const modules: ModuleConfig[] = [];
  for (const id of ids) {
    modules.push(
      await readModule(id, all.item(id), { global, layers, report }),
    );
  }
  return modules;
}

async function readModule(
  id: string,
  reader: TableReader,
  { global, layers, report }: {
    readonly global: Table;
    readonly layers: Layers;
    readonly report: Report;
  },
): Promise<ModuleConfig> {
  const path = ["module", id];
  const className = reader.text("class") ?? id;
  const source = readCodeSource(reader, layers, report);
  const onFailure = reader.choice("on-failure", ON_FAILURE, "fail");
  const isolation = readIsolation(reader, report);
  const permissions = await readPermissions(reader, {
    isolation,
    layers,
    report,
  });
  const limits = readLimits(reader, isolation, report);
  const own = reader.rest();
  return {
    id,
    className,
    ...source,
    onFailure,
    isolation,
    permissions,
    limits,
    path,
    section: mergeInto(mergeInto(emptyTable(), global), own),
    globalKeys: onlyIn(global, own, "", new Set()),
  };
}

/** What isn't isolated where that is wanted mustn't run. */
function readIsolation(reader: TableReader, report: Report): Isolation {
  const isolation = reader.choice("isolation", ISOLATION, "none");
  if (isolation !== "none" && !platform.isDeno) {
    report.refuse(
      [...reader.path, "isolation"],
      `found "${isolation}" on ${platform.name}, which isolates no modules, wanted Deno`,
      { hint: "run it with Deno, or leave isolation out" },
    );
  }
  return isolation;
}

/** Its code is loaded only where something is granted: each file takes its part of a start. */
async function readPermissions(
  reader: TableReader,
  around: GrantsAround,
): Promise<ModuleGrants | undefined> {
  if (reader.value("permissions") === undefined) return undefined;
  const { readGrants } = await import("./module_grants.ts");
  return readGrants(reader.reader("permissions"), around);
}

/** What `[global]` says to modules: not how they are loaded, and not the startup message. */
function readGlobal(root: TableReader, report: Report): Table {
  const global = root.reader("global");
  for (const key of NOT_GLOBAL) {
    if (global.value(key) === undefined) continue;
    report.refuse(
      ["global", key],
      "found a key that holds for one module, wanted it in [module.<id>]",
    );
  }
  global.value("startup");
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
    if (over === undefined) keys.add(prefix + key);
    else if (isTable(value) && isTable(over)) {
      onlyIn(value, over, `${prefix}${key}.`, keys);
    }
  }
  return keys;
}
