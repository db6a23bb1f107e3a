import type { Log } from "@caryatid/sdk";
import type { TraceContext } from "@caryatid/sdk/internal/tracing";
import type { ProcessConfig } from "../config/process_config.ts";

type Level = "debug" | "info" | "warn" | "error";

/** Property of the global object that LogTape creates with its first logger. */
const LOGTAPE = Symbol.for("logtape.rootLogger");

/** Maximum number of records that wait. */
const MOST_RECORDS = 10_000;

/**
 * Writes log records to LogTape, under the categories `caryatid` and
 * `caryatid.<id>`, or to the console while the program does not use LogTape.
 *
 * On Deno, LogTape loads `node:util`: half the time that Deno itself takes to
 * start, and 7 MB. Therefore it is loaded only if the program or a module uses
 * it, for records as JSON, or for a placeholder that is a path. Records wait
 * until the start, so that the program can configure LogTape before, and while
 * it loads.
 */
export class Logging {
  /** Returns the position in a trace of the code that logs, if it is traced. */
  position: (() => TraceContext | undefined) | undefined;
  readonly #config: ProcessConfig["log"];
  #waiting: (() => void)[] = [];
  /** Number of records that were lost because too many waited. */
  #lost = 0;
  /** Returns loggers; undefined while records wait. */
  #getLogger: ((category: string[]) => Log) | undefined;
  /** Resolves when records no longer wait. */
  #loading: Promise<void> | undefined;
  /** True if records go to the console without LogTape. */
  #isPlain = false;
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

  /** Returns a logger, or undefined while records wait. */
  logger(category: string[]): Log | undefined {
    if (this.#isPlain && isLogTapeUsed()) this.#useLogTape();
    return this.#getLogger?.(category);
  }

  /** True if loggers are those of LogTape, which do not change. */
  get isFinal(): boolean {
    return this.#getLogger !== undefined && !this.#isPlain;
  }

  /**
   * Calls `write` when records no longer wait. If too many records wait,
   * further ones are dropped and counted.
   */
  wait(write: () => void): void {
    if (this.#waiting.length >= MOST_RECORDS) {
      this.#lost++;
      return;
    }
    const madeAt = this.#madeAt ?? Date.now();
    this.#waiting.push(() => {
      this.#madeAt = madeAt;
      write();
    });
  }

  /**
   * Loads what writes records, and writes the waiting ones: to LogTape if the
   * program uses it, which is configured unless the program has done so.
   */
  load(): Promise<void> {
    return this.#loading ??= this.#config.format === "json"
      ? this.#loadLogTape()
      : this.#loadConsole();
  }

  async #loadConsole(): Promise<void> {
    const { consoleLoggers } = await import("./console_log.ts");
    if (isLogTapeUsed()) return await this.#loadLogTape();
    this.#isPlain = true;
    this.#begin(consoleLoggers({
      config: this.#config,
      time: () => this.#madeAt ?? Date.now(),
      unusual: (write, category) => {
        this.#useLogTape();
        this.wait(() => write(this.#getLogger!(category)));
      },
    }));
  }

  /** Records wait from now on, until LogTape is loaded. */
  #useLogTape(): void {
    if (!this.#isPlain) return;
    this.#isPlain = false;
    this.#getLogger = undefined;
    this.#loading = this.#loadLogTape();
  }

  async #loadLogTape(): Promise<void> {
    const { logTapeLoggers } = await import("./log_tape.ts");
    this.#begin(await logTapeLoggers(this.#config, () => this.#madeAt));
  }

  /** Writes the waiting records. */
  #begin(getLogger: (category: string[]) => Log): void {
    this.#getLogger = getLogger;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const write of waiting) write();
    this.#madeAt = undefined;
    if (this.#lost > 0) {
      const count = this.#lost;
      this.#lost = 0;
      this.log().warn("{count} records were lost before this one", { count });
    }
  }
}

/** Returns true if LogTape has made a logger, here or in another copy of it. */
function isLogTapeUsed(): boolean {
  return LOGTAPE in globalThis;
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
    return this.#current()?.isEnabledFor?.(level) ?? true;
  }

  #current(): Log | undefined {
    const logger = this.#logger ?? this.#logging.logger(this.#category);
    if (this.#logging.isFinal) this.#logger = logger;
    return logger;
  }

  #write(
    level: Level,
    text: string,
    properties: Record<string, unknown> | undefined,
    position: TraceContext | undefined = this.#logging.position?.(),
  ): void {
    const logger = this.#current();
    if (logger === undefined) {
      this.#logging.wait(() => this.#write(level, text, properties, position));
    } else {
      // Braces of a text without properties are not placeholders. A text
      // without an opening one has no escapes.
      const shown = properties || !text.includes("{")
        ? text
        : text.replace(/[{}]/g, "$&$&");
      logger[level](shown, withPosition(properties, position));
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
