import type { Log } from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";

/** Tells of a failure when it begins and when it is over, however often it is tried in between. */
export class Bursts {
  readonly #log: Log;
  readonly #what: string;
  #failing = false;

  /** `what` can't be done, or can be again: for example `write "monitor.json"`. */
  constructor(log: Log, what: string) {
    this.#log = log;
    this.#what = what;
  }

  /** It failed. */
  failed(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#log.warn("the monitor can't {what}, and goes on trying: {reason}", {
      what: this.#what,
      reason: describeFailure(error).message,
    });
  }

  /** It was done. */
  done(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#log.info("the monitor can {what} again", { what: this.#what });
  }
}
