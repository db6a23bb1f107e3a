import type { Log } from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";

/** Logs the first failure of a series, and the next success. */
export class FailureLog {
  readonly #log: Log;
  readonly #what: string;
  #failing = false;

  /** `what` is what fails or succeeds: for example `write "monitor.json"`. */
  constructor(log: Log, what: string) {
    this.#log = log;
    this.#what = what;
  }

  /** Records a failure. */
  failed(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#log.warn("the monitor cannot {what}, and keeps trying: {reason}", {
      what: this.#what,
      reason: describeFailure(error).message,
    });
  }

  /** Records a success. */
  succeeded(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#log.info("the monitor can {what} again", { what: this.#what });
  }
}
