import type { TextFormatterOptions } from "@logtape/logtape";
import type { Log } from "@caryatid/sdk";
import type { LogLevel, ProcessConfig } from "./config/process_config.ts";
import { platform } from "./platform.ts";

type Level = "debug" | "info" | "warn" | "error";

/** Records that may wait until LogTape is loaded. */
const MOST_RECORDS = 10_000;

/**
 * Where log records go: to LogTape, under `caryatid` and `caryatid.<id>`.
 *
 * LogTape takes as long to load as all the rest of a start, so it is loaded after the first messages, and records wait for it.
 */
export class Logging {
  readonly #config: ProcessConfig["log"];
  #waiting: (() => void)[] = [];
  /** Records that there was no room for. */
  #lost = 0;
  #getLogger: ((category: string[]) => Log) | undefined;
  #loading: Promise<void> | undefined;
  /** When the record that is being written was made, if it had to wait. */
  #madeAt: number | undefined;

  /** Nothing is loaded yet. */
  constructor(config: ProcessConfig["log"]) {
    this.#config = config;
  }

  /** A log under `caryatid.<id>`, or `caryatid` for the process itself. */
  log(id?: string): Log {
    return new LazyLog(
      this,
      id === undefined ? ["caryatid"] : ["caryatid", id],
    );
  }

  /** LogTape's logger, once it is loaded. */
  logger(category: string[]): Log | undefined {
    return this.#getLogger?.(category);
  }

  /** Calls `write` when LogTape is loaded; the last ones are lost, and counted, if too many wait. */
  wait(write: () => void): void {
    if (this.#waiting.length >= MOST_RECORDS) {
      this.#lost++;
      return;
    }
    const madeAt = Date.now();
    this.#waiting.push(() => {
      this.#madeAt = madeAt;
      write();
    });
  }

  /** Loads LogTape, configures it unless the program did, and writes what waited. */
  load(): Promise<void> {
    return this.#loading ??= this.#load();
  }

  async #load(): Promise<void> {
    const { getLogger } = await configureLogTape(
      this.#config,
      () => this.#madeAt,
    );
    this.#getLogger = getLogger;
    for (const write of this.#waiting) write();
    this.#waiting = [];
    this.#madeAt = undefined;
    if (this.#lost > 0) {
      this.log().warn("{count} records were lost before this one", {
        count: this.#lost,
      });
    }
  }
}

class LazyLog implements Log {
  readonly #logging: Logging;
  readonly #category: string[];
  #logger: Log | undefined;

  constructor(logging: Logging, category: string[]) {
    this.#logging = logging;
    this.#category = category;
  }

  debug(text: string, properties?: Record<string, unknown>): void {
    this.#write("debug", text, properties);
  }

  info(text: string, properties?: Record<string, unknown>): void {
    this.#write("info", text, properties);
  }

  warn(text: string, properties?: Record<string, unknown>): void {
    this.#write("warn", text, properties);
  }

  error(text: string, properties?: Record<string, unknown>): void {
    this.#write("error", text, properties);
  }

  isEnabledFor(level: "debug" | "info" | "warning" | "error"): boolean {
    this.#logger ??= this.#logging.logger(this.#category);
    return this.#logger?.isEnabledFor?.(level) ?? true;
  }

  #write(level: Level, text: string, properties = {}): void {
    this.#logger ??= this.#logging.logger(this.#category);
    if (this.#logger) this.#logger[level](text, properties);
    else this.#logging.wait(() => this.#write(level, text, properties));
  }
}

/** `madeAt` corrects the time of records that had to wait. */
async function configureLogTape(
  config: ProcessConfig["log"],
  madeAt: () => number | undefined,
): Promise<typeof import("@logtape/logtape")> {
  const logTape = await import("@logtape/logtape");
  if (logTape.getConfig() !== null) return logTape;
  const sink = logTape.getConsoleSink({
    formatter: config.format === "json"
      ? logTape.getJsonLinesFormatter()
      : prettyFormatter(logTape),
    // All to stdout, as Rust Caryatid does: one stream keeps its order.
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
        sink({ ...record, timestamp: madeAt() ?? record.timestamp }),
    },
    loggers: [
      {
        category: ["caryatid"],
        sinks: ["stdout"],
        lowestLevel: levelName(config.level),
      },
      ...Object.entries(config.levels).map(([id, level]) => ({
        category: ["caryatid", id],
        // Its own sinks: those of the parent would apply the parent's level.
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
  return logTape;
}

/** `2026-11-24T08:00:00.000Z INFO caryatid.clock: text`; colours only on a terminal. */
function prettyFormatter(logTape: typeof import("@logtape/logtape")) {
  const options: TextFormatterOptions = {
    timestamp: "rfc3339",
    level: (level) => level === "warning" ? "WARN" : level.toUpperCase(),
    category: ".",
    value: "bare",
  };
  return platform.colors
    ? logTape.getAnsiColorFormatter(options)
    : logTape.getTextFormatter({
      ...options,
      format: ({ timestamp, level, category, message }) =>
        `${timestamp} ${level.padEnd(5)} ${category}: ${message}`,
    });
}

function levelName(level: LogLevel): "debug" | "info" | "warning" | "error" {
  return level === "warn" ? "warning" : level;
}
