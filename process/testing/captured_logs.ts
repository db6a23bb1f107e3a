import { configureSync, type LogRecord, resetSync } from "@logtape/logtape";

/** Log records of all processes, as they come, instead of on the console. */
export class CapturedLogs implements Disposable {
  readonly records: LogRecord[] = [];
  #more = Promise.withResolvers<void>();

  /** From now on. */
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

  /** The texts of all records, each behind its category. */
  get lines(): string[] {
    return this.records.map(({ category, message }) =>
      `${category.join(".")}: ${message.map(String).join("")}`
    );
  }

  /** Resolves when `count` records of `category`, joined by dots, are there. */
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

  /** Back to the console. */
  [Symbol.dispose](): void {
    resetSync();
  }
}
