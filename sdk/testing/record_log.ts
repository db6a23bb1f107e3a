import type { Log } from "../log.ts";

/** Log record of a module under test. */
export interface LogRecord {
  /** Level of the record. */
  readonly level: keyof Log;
  /** Text of the record, with `{name}` not replaced. */
  readonly text: string;
  /** Values of the names in the text, if any. */
  readonly properties?: Record<string, unknown>;
}

/** Returns a log that adds each record to `records`. */
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
