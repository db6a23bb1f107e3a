import { configureSync, type LogRecord, resetSync } from "@logtape/logtape";

/** Captures the log records of all processes in place of the console. */
export class CapturedLogs implements Disposable {
  readonly records: LogRecord[] = [];
  #more = Promise.withResolvers<void>();

  /** Starts to capture. */
  constructor() {
    configureSync({
      reset: true,
      sinks: {
        captured: (record) => {
          this.records.push(record);
          this.#more.resolve();
        },
      },
      loggers: [
        { category: ["caryatid"], sinks: ["captured"], lowestLevel: "debug" },
        { category: ["logtape", "meta"], lowestLevel: "error", sinks: [] },
      ],
    });
  }

  /** Texts of all records, each after its category. */
  get lines(): string[] {
    return this.records.map(({ category, message }) =>
      `${category.join(".")}: ${message.map(String).join("")}`
    );
  }

  /** Resolves when `count` records of `category`, joined by dots, exist. */
  async until(category: string, count: number): Promise<readonly LogRecord[]> {
    for (;;) {
      const found = this.records.filter((record) =>
        record.category.join(".") === category
      );
      if (found.length >= count) return found;
      this.#more = Promise.withResolvers();
      await this.#more.promise;
    }
  }

  /** Restores the console. */
  [Symbol.dispose](): void {
    resetSync();
  }
}
