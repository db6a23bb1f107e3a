import { configureSync, type LogRecord, resetSync } from "@logtape/logtape";

/** Log records of all processes, as they come, instead of on the console. */
export class CapturedLogs implements Disposable {
  readonly records: LogRecord[] = [];

  /** From now on. */
  constructor() {
    configureSync({
      reset: true,
      sinks: { captured: (record) => void this.records.push(record) },
      loggers: [
        { category: ["caryatid"], sinks: ["captured"], lowestLevel: "debug" },
        { category: ["logtape", "meta"], lowestLevel: "error", sinks: [] },
      ],
    });
  }

  /** The texts of all records, each behind its category. */
  get lines(): string[] {
    return this.records.map(({ category, message }) =>
      `${category.join(".")}: ${message.map(String).join("")}`
    );
  }

  /** Back to the console. */
  [Symbol.dispose](): void {
    resetSync();
  }
}
