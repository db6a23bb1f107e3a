import { Deadlines } from "../bus/deadlines.ts";
import { checkRetry, QUEUE_SIZE } from "../bus/options.ts";
import { Unfinished } from "../bus/unfinished.ts";
import type { Log } from "../log.ts";
import type { Delivery, SubscribeOptions } from "../message_bus.ts";

/** What {@linkcode KeptRetries} work with. */
export interface KeptRetriesOptions {
  /** What is listened to. */
  readonly pattern: string;
  /** Those of the subscription. */
  readonly options: SubscribeOptions;
  /** Where it is told what is given up. */
  readonly log: Log;
  /** Gives one again. */
  readonly give: (delivery: Delivery) => void;
}

/**
 * What a failed module had in hand of a subscription without a group, until its restarted self gets it again: nobody else could.
 */
export class KeptRetries {
  /** Deliveries that were given up. */
  dropped = 0;
  readonly #options: KeptRetriesOptions;
  readonly #deadlines = new Deadlines();
  readonly #unfinished: Unfinished;

  /** Nothing has failed yet. */
  constructor(all: KeptRetriesOptions) {
    this.#options = all;
    const { pattern, options, log, give } = all;
    this.#unfinished = new Unfinished({
      pattern,
      give,
      most: options.queueSize ?? QUEUE_SIZE,
      deadlines: this.#deadlines,
      onGivenUp: (given) => {
        this.dropped++;
        log.error("[MODULE_FAILED] gave up a message on {topic}: {cause}", {
          ...given,
        });
      },
    });
  }

  /** The module failed at `delivery`, because of `error`. */
  add(delivery: Delivery, error: unknown): void {
    this.#unfinished.add(delivery, checkRetry(this.#options.options), error);
  }

  /** Nobody is left to get them: tells of those which wait, and of so many more that are due. */
  close(due: number): void {
    const lost = due + this.#unfinished.waiting;
    this.#unfinished.close();
    this.#deadlines.close();
    if (lost === 0) return;
    this.dropped += lost;
    const { pattern, log } = this.#options;
    log.warn(
      '"{pattern}" was closed before the next attempt at {count} messages: they are dropped',
      { count: lost, pattern },
    );
  }
}
