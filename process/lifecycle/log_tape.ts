import * as logTape from "@logtape/logtape";
import type { Log } from "@caryatid/sdk";
import type { LogLevel, ProcessConfig } from "../config/process_config.ts";
import { platform } from "../platform/deno.ts";
import { jsonLineFormatter } from "./json_lines.ts";
import { lineFormatter } from "./log_lines.ts";

/**
 * Configures LogTape unless the program has done so. Returns a function that
 * returns its loggers. `time` returns the time of the record being written, if
 * the record had to wait.
 */
export async function logTapeLoggers(
  config: ProcessConfig["log"],
  time: () => number | undefined,
): Promise<(category: string[]) => Log> {
  if (logTape.getConfig() !== null) return logTape.getLogger;
  const sink = logTape.getConsoleSink({
    formatter: config.format === "json"
      ? jsonLineFormatter(logTape)
      : lineFormatter(platform.colors),
    // Everything goes to stdout, as in Rust Caryatid: one stream keeps its
    // order.
    levelMap: {
      trace: "log",
      debug: "log",
      info: "log",
      warning: "log",
      error: "log",
      fatal: "log",
    },
  });
  await logTape.configure({
    sinks: {
      stdout: (record) =>
        sink({ ...record, timestamp: time() ?? record.timestamp }),
    },
    loggers: [
      {
        category: ["caryatid"],
        sinks: ["stdout"],
        lowestLevel: levelName(config.level),
      },
      ...Object.entries(config.levels).map(([id, level]) => ({
        category: ["caryatid", id],
        // Separate sinks: those of the parent would apply the level of the
        // parent.
        sinks: ["stdout"],
        parentSinks: "override" as const,
        lowestLevel: levelName(level),
      })),
      {
        category: ["logtape", "meta"],
        sinks: ["stdout"],
        lowestLevel: "warning" as const,
      },
    ],
  });
  return logTape.getLogger;
}

function levelName(level: LogLevel): "debug" | "info" | "warning" | "error" {
  return level === "warn" ? "warning" : level;
}
