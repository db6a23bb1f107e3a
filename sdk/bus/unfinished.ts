import type { Delivery } from "../message_bus.ts";
import type { RetryOptions } from "../retry_options.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { failuresOf, givenAgain } from "./local_delivery.ts";
import { retryWait } from "./options.ts";
import { describeFailure } from "./remote_failure.ts";

/** A delivery that was given up, and why. */
export interface GivenUp {
  /** Who listened. */
  readonly pattern: string;
  /** What it was published on. */
  readonly topic: string;
  /** Names the publish. */
  readonly id: string;
  /** How many attempts failed. */
  readonly count: number;
  /** How the last one did. */
  readonly cause: string;
}

/** What {@linkcode Unfinished} deliveries are made of. */
export interface UnfinishedOptions {
  /** Who listens. */
  readonly pattern: string;
  /** How many may wait at the same time; one more is given again at once. */
  readonly most: number;
  /** Where waits end. */
  readonly deadlines: Deadlines;
  /** Gives one again. */
  readonly give: (delivery: Delivery) => void;
  /** Hears of each one whose attempts are used up. */
  readonly onGivenUp: (given: GivenUp) => void;
}

/** Deliveries in this process that loops were left with, until they are given again. */
export class Unfinished {
  readonly #options: UnfinishedOptions;
  readonly #waiting = new Set<Deadline>();

  /** None yet. */
  constructor(options: UnfinishedOptions) {
    this.#options = options;
  }

  /** How many wait for their backoff to pass. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** A loop was left with `delivery`, because of `error` where that isn't undefined. */
  add(
    delivery: Delivery,
    retry: Required<RetryOptions>,
    error: unknown,
  ): void {
    const failures = failuresOf(delivery) + 1;
    const { pattern, onGivenUp } = this.#options;
    if (failures < retry.attempts) {
      this.#wait(givenAgain(delivery, failures), retryWait(retry, failures));
      return;
    }
    const { topic, id } = delivery;
    const cause = causeOf(error, failures);
    onGivenUp({ pattern, topic, id, cause, count: failures });
  }

  /** Forgets those which wait. */
  close(): void {
    for (const deadline of this.#waiting) deadline.cancel();
    this.#waiting.clear();
  }

  #wait(delivery: Delivery, milliseconds: number): void {
    const { give, deadlines, most } = this.#options;
    if (milliseconds === 0 || this.#waiting.size >= most) return give(delivery);
    const deadline = deadlines.add(milliseconds, () => {
      this.#waiting.delete(deadline);
      give(delivery);
    });
    this.#waiting.add(deadline);
  }
}

/**
 * Why a delivery is given up, in words. An iterator can't tell an error from `break`, so it may not be known.
 *
 * @example
 * ```ts
 * import { causeOf } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.equal(causeOf(new Error("no room"), 3), "no room");
 * ```
 */
export function causeOf(error: unknown, failures: number): string {
  if (error !== undefined) return describeFailure(error).message;
  const often = failures === 1 ? "once" : `${failures} times`;
  return `a loop was left ${often} with it in hand`;
}
