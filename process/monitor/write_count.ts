import { Rate } from "./rate.ts";
import type { WritesSnapshot } from "./snapshot.ts";
import { Waits } from "./waits.ts";

/** What a module publishes on one topic. */
export class WriteCount {
  readonly #rate = new Rate();
  #written = 0;
  #failed = 0;
  readonly #waits = new Waits();
  /**
   * The last promise that was seen fulfilled. A bus that accepts at once gives the same one each time: to wait for it again would
   * take as long as the publish.
   */
  #accepted: Promise<void> | undefined;

  /** Counts a publish by its outcome; gives that, or a promise that settles as it does. */
  count(outcome: Promise<void>, now: () => number): Promise<void> {
    if (outcome !== this.#accepted) return this.#settled(outcome, now());
    this.#written++;
    return outcome;
  }

  /** An interval of `seconds` ends. */
  advance(seconds: number): void {
    this.#rate.advance(this.#written, seconds);
  }

  /** What is known at `now`; whose queues it waits for is found by who sees all modules. */
  snapshot(now: number): Omit<WritesSnapshot, "waitsFor"> {
    return {
      written: this.#written,
      failed: this.#failed,
      waiting: this.#waits.size,
      pendingFor: this.#waits.longest(now),
      rate: this.#rate.perSecond,
    };
  }

  async #settled(outcome: Promise<void>, since: number): Promise<void> {
    try {
      await this.#waits.until(outcome, since);
    } catch (error) {
      this.#failed++;
      throw error;
    }
    this.#written++;
    this.#accepted = outcome;
  }
}
