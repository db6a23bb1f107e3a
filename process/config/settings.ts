import type {
  ControlAction,
  LogConfig,
  LogLevel,
  ModuleConfig,
  MonitorConfig,
  NamedProcess,
  ProcessConfig,
  TracingConfig,
} from "./process_config.ts";
import type { Report, TableReader } from "./table_reader.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

const CONTROL: readonly ControlAction[] = ["pause", "restart", "swap"];

/** Default interval between two snapshots, as in caryatid_process. */
const MONITOR_SECONDS = 5;
/** Topic and interval of snapshots if the file has a dashboard. */
const SHOWN_TOPIC = "caryatid.monitor.snapshot";
const SHOWN_SECONDS = 0.5;

/** Reads `[log]`. */
export function readLog(
  root: TableReader,
  modules: readonly ModuleConfig[],
  report: Report,
): LogConfig {
  const log = root.reader("log");
  const level = log.choice("level", LEVELS, "info");
  const format = log.choice("format", ["pretty", "json"], "pretty");
  const each = log.reader("levels");
  const ids = new Set(modules.map((module) => module.id));
  const levels: Record<string, LogLevel> = Object.create(null);
  for (const id of Object.keys(each.table)) {
    levels[id] = each.choice(id, LEVELS, level);
    // Only a notice: one file of levels may serve configurations with different
    // modules.
    if (!ids.has(id)) {
      report.notice(
        [...each.path, id],
        "found an unknown module; expected the id of one",
        { like: [id, ids] },
      );
    }
  }
  log.end();
  return { level, format, levels };
}

/**
 * Reads the startup message of `[global.startup]`. All other keys of that table
 * are for modules.
 */
export function readStartup(
  root: TableReader,
): { startupTopic: string | undefined; startupMessage: unknown } {
  const startup = root.reader("global").reader("startup");
  const startupTopic = startup.topic("topic");
  const startupMessage = startup.value("message") ?? null;
  return { startupTopic, startupMessage };
}

/** Reads `[lifecycle]`. */
export function readLifecycle(
  root: TableReader,
): { startDeadline: number; stopDeadline: number } {
  const lifecycle = root.reader("lifecycle");
  const startDeadline = lifecycle.seconds("start-deadline", 30, "or 0");
  const stopDeadline = lifecycle.seconds("stop-deadline", 10, "or 0");
  lifecycle.end();
  return { startDeadline, stopDeadline };
}

/**
 * Reads `[monitor]`. Rust Caryatid spells the frequency with an underscore.
 *
 * A module of the class `dashboard` shows snapshots, so it switches the monitor
 * on, with a topic and a short interval.
 */
export function readMonitor(
  root: TableReader,
  modules: readonly Pick<ModuleConfig, "className">[],
): MonitorConfig | undefined {
  const monitor = root.reader("monitor");
  const isShown = modules.some(({ className }) => className === "dashboard");
  const output = monitor.text("output");
  const topic = monitor.topic("topic") ?? (isShown ? SHOWN_TOPIC : undefined);
  const rust = monitor.seconds(
    "frequency_secs",
    isShown ? SHOWN_SECONDS : MONITOR_SECONDS,
  );
  const frequency = monitor.seconds("frequency-secs", rust / 1000);
  const openTelemetry = monitor.flag("opentelemetry", false);
  const control = (monitor.texts(
    "control",
    (text) =>
      CONTROL.some((action) => action === text)
        ? undefined
        : `one of ${CONTROL.map((action) => `"${action}"`).join(", ")}`,
  ) ?? []) as readonly ControlAction[];
  monitor.end();
  if (root.value("monitor") === undefined && !isShown) return undefined;
  return { output, topic, frequency, openTelemetry, control };
}

/** Default share of messages that begin a trace. */
const SAMPLE = 0.01;
/** Default of the traces that begin per second, and its maximum. */
const TRACES_PER_SECOND = 1_000;
const MOST_TRACES = 1_000_000;

/** Reads `[tracing]`. */
export function readTracing(root: TableReader): TracingConfig | undefined {
  const tracing = root.reader("tracing");
  const sample = tracing.share("sample", SAMPLE);
  const tracesPerSecond = tracing.whole(
    "traces-per-second",
    TRACES_PER_SECOND,
    [1, MOST_TRACES],
  );
  const topic = tracing.topic("topic");
  tracing.end();
  if (root.value("tracing") === undefined) return undefined;
  return { sample, tracesPerSecond, topic };
}

/** Adds notices for keys outside modules that no longer have an effect. */
export function noticeDeadKeys(root: TableReader): void {
  const correlator = root.reader("message-correlator");
  correlator.dead({ timeout: "Use request-timeout in [message-router]." });
  correlator.end();
}

/**
 * Names of processes. They become names of files and containers, and arguments
 * of commands.
 */
const NAME = /^[A-Za-z0-9][\w.-]{0,62}$/;

/**
 * Reads `[process.<name>] modules`. A module may be in several processes; each
 * runs a separate instance.
 */
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
        "found a name that no process can have; " +
          'expected letters, digits, "-", "_" and "."',
      );
    }
    const list = reader.isTable ? listed(reader, ids, report) : [];
    reader.end();
    return { name, modules: list };
  });
}

/** Reports a process that the configuration does not define. */
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
      ? { hint: `Add [process.${name}] with modules = [ … ].` }
      : { like: [name, names] },
  });
}

/**
 * Returns the configuration of one process, with its modules only. The monitor
 * writes a separate file for each process, `state.<name>.json` for
 * `state.json`: two processes would overwrite each other's file.
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
      report.refuse(at, "found a module for the second time; expected it once");
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
