import type { Log } from "@caryatid/sdk";
import type { LogLevel, ProcessConfig } from "../config/process_config.ts";
import type { TraceContext } from "@caryatid/sdk/internal/tracing";
import { platform } from "../platform/deno.ts";
import { jsonLineFormatter } from "./json_lines.ts";
import { lineFormatter } from "./log_lines.ts";

type Level = "debug" | "info" | "warn" | "error";

/** Maximum number of records that wait until LogTape is loaded. */
const MOST_RECORDS = 10_000;

/**
 * Writes log records to LogTape, under the categories `caryatid` and
 * `caryatid.<id>`.
 *
 * Loading LogTape takes as long as the rest of a start. Therefore it is loaded
 * after the first messages, and records wait until then.
 */
export class Logging {
  /** Returns the position in a trace of the code that logs, if it is traced. */
  position: (() => TraceContext | undefined) | undefined;
  readonly #config: ProcessConfig["log"];
  #waiting: (() => void)[] = [];
  /** Number of records that were lost because too many waited. */
  #lost = 0;
  #getLogger: ((category: string[]) => Log) | undefined;
  #loading: Promise<void> | undefined;
  /** Time at which the record being written was created, if it had to wait. */
  #madeAt: number | undefined;

  /** Creates a log writer without loading LogTape. */
  constructor(config: ProcessConfig["log"]) {
    this.#config = config;
  }

  /**
   * Returns a log under `caryatid.<id>`, or under `caryatid` for the process
   * itself.
   */
  log(id?: string): Log {
    return new LazyLog(
      this,
      id === undefined ? ["caryatid"] : ["caryatid", id],
    );
  }

  /** Returns the logger of LogTape once LogTape is loaded. */
  logger(category: string[]): Log | undefined {
    return this.#getLogger?.(category);
  }

  /**
   * Calls `write` when LogTape is loaded. If too many records wait, further
   * ones are dropped and counted.
   */
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

  /**
   * Loads LogTape, configures it unless the program has done so, and writes the
   * waiting records.
   */
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

  #write(
    level: Level,
    text: string,
    properties: Record<string, unknown> | undefined,
    position: TraceContext | undefined = this.#logging.position?.(),
  ): void {
    this.#logger ??= this.#logging.logger(this.#category);
    if (this.#logger === undefined) {
      this.#logging.wait(() => this.#write(level, text, properties, position));
    } else {
      // Braces of a text without properties are not placeholders.
      const shown = properties ? text : text.replace(/[{}]/g, "$&$&");
      this.#logger[level](shown, withPosition(properties, position));
    }
  }
}

/** Returns the properties of a record, with the ids of trace and span. */
function withPosition(
  properties: Record<string, unknown> | undefined,
  position: TraceContext | undefined,
): Record<string, unknown> | undefined {
  if (position === undefined) return properties;
  const { traceId, spanId } = position;
  return { ...properties, trace_id: traceId, span_id: spanId };
}

/**
 * Configures LogTape. `madeAt` corrects the time of records that had to wait.
 */
async function configureLogTape(
  config: ProcessConfig["log"],
  madeAt: () => number | undefined,
): Promise<typeof import("@logtape/logtape")> {
  const logTape = await import("@logtape/logtape");
  if (logTape.getConfig() !== null) return logTape;
  const sink = logTape.getConsoleSink({
    formatter: config.format === "json"
      ? jsonLineFormatter(logTape)
      : lineFormatter(logTape, platform.colors),
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
  return logTape;
}

function levelName(level: LogLevel): "debug" | "info" | "warning" | "error" {
  return level === "warn" ? "warning" : level;
}
