import type {
  LogConfig,
  LogLevel,
  ModuleConfig,
  MonitorConfig,
} from "./process_config.ts";
import type { Report } from "./report.ts";
import type { TableReader } from "./table_reader.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Between two snapshots, unless the configuration says otherwise, as in caryatid_process. */
const MONITOR_SECONDS = 5;

/** `[log]`. */
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
    // A notice only: a file of levels may be laid over configurations with different modules.
    if (!ids.has(id)) {
      report.notice(
        [...each.path, id],
        "found an unknown module, wanted the id of one",
        { like: [id, ids] },
      );
    }
  }
  log.end();
  return { level, format, levels };
}

/** `[global.startup]`, which is for the process, not for the modules. */
export function readStartup(
  root: TableReader,
): { startupTopic: string | undefined; startupMessage: unknown } {
  const startup = root.reader("global").reader("startup");
  const startupTopic = startup.topic("topic");
  const startupMessage = startup.value("message") ?? null;
  startup.end();
  return { startupTopic, startupMessage };
}

/** `[lifecycle]`. */
export function readLifecycle(
  root: TableReader,
): { startDeadline: number; stopDeadline: number } {
  const lifecycle = root.reader("lifecycle");
  const startDeadline = lifecycle.seconds("start-deadline", 30, "or 0");
  const stopDeadline = lifecycle.seconds("stop-deadline", 10, "or 0");
  lifecycle.end();
  return { startDeadline, stopDeadline };
}

/** `[monitor]`, whose frequency Rust spells with an underscore. */
export function readMonitor(root: TableReader): MonitorConfig | undefined {
  const monitor = root.reader("monitor");
  const output = monitor.text("output");
  const topic = monitor.topic("topic");
  const rust = monitor.seconds("frequency_secs", MONITOR_SECONDS);
  const frequency = monitor.seconds("frequency-secs", rust / 1000);
  monitor.end();
  if (root.value("monitor") === undefined) return undefined;
  return { output, topic, frequency };
}

/** The keys outside modules that have no effect any more. */
export function noticeDeadKeys(root: TableReader): void {
  const correlator = root.reader("message-correlator");
  correlator.dead({ timeout: "use request-timeout in [message-router]" });
  correlator.end();
}
