import type { Log } from "@caryatid/sdk";
import { BUDGETS } from "../wire/budgets.ts";
import { overBudget, violation } from "../wire/protocol_errors.ts";
import { safeText, safeValue } from "../wire/safe_text.ts";
import { RateLimit } from "./rate_limit.ts";

/** Maximum number of records of a guest that are written in one second. */
const MAX_RECORDS = 1000;
/** Maximum size of the records that are written in one second, in bytes. */
const MAX_BYTES = 1024 * 1024;
/** Maximum size of one record, in bytes. The SDK sends no larger one. */
const MAX_RECORD = 64 * 1024;

type Level = "debug" | "info" | "warn" | "error";
type Properties = Record<string, unknown>;

/**
 * Writes the records of a guest: at a limited rate, and without characters that
 * could forge another record.
 */
export class GuestLogWriter {
  /** Called once, if the guest logs so much that it is to be ended. */
  onExceeded: ((error: unknown) => void) | undefined;
  readonly #log: Log;
  readonly #rate: RateLimit;

  /** Writes to `log`, which has the name of the guest. */
  constructor(log: Log) {
    this.#log = log;
    this.#rate = new RateLimit({
      lines: MAX_RECORDS,
      bytes: MAX_BYTES,
      onSuppressed: (count) =>
        log.warn("suppressed {count} log records of the last second", {
          count,
        }),
    });
  }

  /**
   * Writes the record of a `log` frame of `bytes` bytes, whose items were
   * checked.
   */
  write(
    [, level, text, properties]: readonly unknown[],
    bytes: number,
  ): void {
    if (bytes > MAX_RECORD) throw violation(`a record of ${bytes} bytes`);
    if (!this.#mayWrite(bytes)) return;
    this.#log[level as Level](
      safeText(text as string),
      safeValue(properties) as Properties,
    );
  }

  /** Writes a line that the guest wrote to its standard error. */
  line(line: string): void {
    if (!this.#mayWrite(line.length)) return;
    this.#log.warn("{line}", { line: safeText(line) });
  }

  /** Reports what was suppressed. */
  close(): void {
    this.#rate.close();
  }

  #mayWrite(bytes: number): boolean {
    if (this.#rate.take(bytes)) return true;
    if (this.#rate.lines > BUDGETS.logLines) {
      this.onExceeded?.(overBudget(`${BUDGETS.logLines} log lines a second`));
    }
    return false;
  }
}
