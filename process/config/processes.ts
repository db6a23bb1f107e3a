import type { ModuleConfig, ProcessConfig } from "./process_config.ts";
import type { Report } from "./report.ts";
import type { TableReader } from "./table_reader.ts";

/** A process of a file that is for several. */
export interface NamedProcess {
  /** What `[process.<name>]` calls it. */
  readonly name: string;
  /** The ids of its modules, as the file has them. */
  readonly modules: readonly string[];
}

/** Names of files and of containers are made of it, and it stands on command lines. */
const NAME = /^[A-Za-z0-9][\w.-]{0,62}$/;

/** `[process.<name>] modules`. A module may be in several processes: each runs its own. */
export function readProcesses(
  root: TableReader,
  names: readonly string[],
  modules: readonly ModuleConfig[],
  report: Report,
): NamedProcess[] {
  const all = root.reader("process");
  const ids = new Set(modules.map(({ id }) => id));
  return names.map((name) => {
    const reader = all.reader(name);
    if (!NAME.test(name)) {
      report.refuse(
        reader.path,
        "found a name that no process can have, " +
          'wanted letters, digits, "-", "_" and "."',
      );
    }
    const list = reader.isTable ? listed(reader, ids, report) : [];
    reader.end();
    return { name, modules: list };
  });
}

/** Tells of a process that the file doesn't have. */
export function checkProcess(
  name: string | undefined,
  processes: readonly NamedProcess[],
  report: Report,
): void {
  if (name === undefined) return;
  const names = processes.map((process) => process.name);
  if (names.includes(name)) return;
  report.wrong(["process"], name, "a process of the configuration", {
    ...names.length === 0
      ? { hint: `add [process.${name}] with modules = [ … ]` }
      : { like: [name, names] },
  });
}

/**
 * The configuration of one process: its modules and no others. Where the monitor writes a file, the process gets one of its own,
 * `state.<name>.json` for `state.json`: two that write the same one would take it from each other.
 */
export function limitedTo<C extends Partials>(config: C, name: string): C {
  const process = config.processes.find((process) => process.name === name);
  const { monitor } = config;
  const output = monitor?.output;
  return {
    ...config,
    process: name,
    modules: config.modules.filter(({ id }) => process?.modules.includes(id)),
    monitor: monitor && output !== undefined
      ? { ...monitor, output: ownFile(output, name) }
      : monitor,
  };
}

type Partials = Pick<
  ProcessConfig,
  "modules" | "monitor" | "process" | "processes"
>;

function listed(
  reader: TableReader,
  ids: ReadonlySet<string>,
  report: Report,
): string[] {
  const path = [...reader.path, "modules"];
  const given = reader.value("modules");
  if (!Array.isArray(given) || given.length === 0) {
    report.wrong(path, given, "an array of ids of modules");
    return [];
  }
  const seen = new Set<string>();
  for (const [index, id] of given.entries()) {
    const at = [...path, index];
    if (seen.has(id)) {
      report.refuse(at, "found a module for the second time, wanted it once");
    } else if (!ids.has(id)) {
      report.wrong(at, id, "the id of a module", {
        ...typeof id === "string" ? { like: [id, ids] as const } : {},
      });
    }
    seen.add(id);
  }
  return [...seen];
}

function ownFile(path: string, name: string): string {
  return path.replace(/(\.[^./\\]*)?$/, (extension) => `.${name}${extension}`);
}
