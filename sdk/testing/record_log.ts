import type { Log } from "../log.ts";

/** One log record of a module under test. */
export interface LogRecord {
  /** How grave it is. */
  readonly level: keyof Log;
  /** Its text, `{name}` not replaced. */
  readonly text: string;
  /** What the text refers to, where there is something. */
  readonly properties?: Record<string, unknown>;
}

/** A log that adds each record to `records`. */
export function recordLog(records: LogRecord[]): Log {
  const writer =
    (level: keyof Log) =>
    (text: string, properties?: Record<string, unknown>): void => {
      records.push(
        properties === undefined
          ? { level, text }
          : { level, text, properties },
      );
    };
  return {
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
  };
}
