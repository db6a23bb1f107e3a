import type { Log } from "@caryatid/sdk";
import { harmlessText } from "../harmless_text.ts";
import { violation } from "../read_frames.ts";

/** Records of a guest in a second; more are counted, not written. */
const MOST_RECORDS = 1_000;
/** The SDK sends none as long. */
const MOST_BYTES = 64 * 1024;

const LEVELS = ["debug", "info", "warn", "error"] as const;
type Level = typeof LEVELS[number];

/** Writes what a guest logs: bounded, and without codes that a terminal would obey. */
export class GuestRecords {
  readonly #log: Log;
  #second = 0;
  #written = 0;
  #skipped = 0;

  /** Nothing is written yet. */
  constructor(log: Log) {
    this.#log = log;
  }

  /** Writes what a `log` frame of so many bytes says. Throws `PROTOCOL_VIOLATION` where it says nothing, or too much. */
  write(
    [, level, text, properties]: readonly unknown[],
    bytes: number,
  ): void {
    if (bytes > MOST_BYTES) throw violation(`a record of ${bytes} bytes`);
    if (
      !LEVELS.includes(level as Level) || typeof text !== "string" ||
      typeof properties !== "object" || properties === null
    ) throw violation("a record of no kind");
    this.#write(level as Level, text, properties as Properties);
  }

  /** A line that it wrote elsewhere. */
  line(line: string): void {
    this.#write("warn", "{line}", { line });
  }

  #write(level: Level, text: string, properties: Properties): void {
    if (!this.#mayWrite()) return;
    this.#log[level](stripped(text), clean(properties) as Properties);
  }

  #mayWrite(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      if (this.#skipped > 0) {
        this.#log.warn("{count} records of the last second were left out", {
          count: this.#skipped,
        });
      }
      this.#second = second;
      this.#written = this.#skipped = 0;
    }
    if (this.#written++ < MOST_RECORDS) return true;
    this.#skipped++;
    return false;
  }
}

type Properties = Record<string, unknown>;

/** The value, its texts stripped at any depth. */
function clean(value: unknown): unknown {
  if (typeof value === "string") return stripped(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [stripped(key), clean(item)]),
  );
}

/** A further line can't be taken for a record. */
function stripped(text: string): string {
  return harmlessText(text).replaceAll("\n", "\n  ");
}
