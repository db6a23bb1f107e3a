import type { Log } from "@caryatid/sdk";
import type { ProcessConfig } from "../config/process_config.ts";
import { platform } from "../platform/deno.ts";
import { lineFormatter, type LogLineRecord } from "./log_lines.ts";
import { parseTemplate } from "./message_template.ts";

/** Levels of records, from the lowest. */
const LEVELS = ["debug", "info", "warning", "error"] as const;

type Level = typeof LEVELS[number];
type Properties = Record<string, unknown>;

/** Options of {@linkcode consoleLoggers}. */
export interface ConsoleLogOptions {
  readonly config: ProcessConfig["log"];
  /** Returns the time of the record being written. */
  readonly time: () => number;
  /** Receives a record that needs LogTape. */
  readonly unusual: (write: (log: Log) => void, category: string[]) => void;
}

/**
 * Returns a function that makes loggers which write lines to stdout, the same
 * ones as LogTape would.
 */
export function consoleLoggers(
  options: ConsoleLogOptions,
): (category: string[]) => Log {
  const format = lineFormatter(platform.colors);
  const write = (record: LogLineRecord) => {
    // Everything goes to stdout, as in Rust Caryatid: one stream keeps its
    // order.
    // deno-lint-ignore no-console -- the place of the log
    console.log(format(record));
  };
  return (category) => new ConsoleLog(category, options, write);
}

class ConsoleLog implements Log {
  readonly #category: string[];
  readonly #options: ConsoleLogOptions;
  readonly #write: (record: LogLineRecord) => void;
  /** Index of the lowest level that is written. */
  readonly #lowest: number;

  constructor(
    category: string[],
    options: ConsoleLogOptions,
    write: (record: LogLineRecord) => void,
  ) {
    this.#category = category;
    this.#options = options;
    this.#write = write;
    const { level, levels } = options.config;
    const [, id] = category;
    const lowest = id !== undefined && Object.hasOwn(levels, id)
      ? levels[id]!
      : level;
    this.#lowest = LEVELS.indexOf(lowest === "warn" ? "warning" : lowest);
  }

  debug(text: string, properties?: Properties): void {
    this.#log("debug", text, properties);
  }

  info(text: string, properties?: Properties): void {
    this.#log("info", text, properties);
  }

  warn(text: string, properties?: Properties): void {
    this.#log("warning", text, properties);
  }

  error(text: string, properties?: Properties): void {
    this.#log("error", text, properties);
  }

  isEnabledFor(level: Level): boolean {
    return LEVELS.indexOf(level) >= this.#lowest;
  }

  #log(level: Level, text: string, properties: Properties = {}): void {
    if (!this.isEnabledFor(level)) return;
    const message = parseTemplate(text, properties);
    if (message === undefined) {
      const method = level === "warning" ? "warn" : level;
      this.#options.unusual(
        (log) => log[method](text, properties),
        this.#category,
      );
      return;
    }
    this.#write({
      category: this.#category,
      level,
      message,
      timestamp: this.#options.time(),
      properties,
    });
  }
}
