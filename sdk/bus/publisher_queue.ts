import { abortedError, CaryatidError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";
import type { PublishOptions } from "../message_bus.ts";
import { checkTimeout, type Deadline, Deadlines } from "./deadlines.ts";
import { Ring } from "./collections.ts";

/**
 * Maximum number of waiting publishes of a bus. One more is rejected with
 * `OVERFLOW`.
 */
export const MAX_WAITING = 65_536;

/**
 * Longest wait for a full queue of a publish that sets no `timeout`, in
 * milliseconds.
 */
export const PUBLISH_TIMEOUT = 30_000;

/**
 * State that all queues of a bus share about waiting publishers: one timer and
 * one bound.
 *
 * @example
 * ```ts
 * import { Handlers, Subscribers, BackPressure } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * // one for all queues of a bus
 * const backPressure = new BackPressure();
 * const subscribers = new Subscribers({ backPressure });
 * const handlers = new Handlers(backPressure.deadlines);
 * assert.equal(backPressure.waiting + subscribers.size + handlers.pending, 0);
 * backPressure.deadlines.close();
 * ```
 */
export class BackPressure {
  /** Deadlines of waiting publishes. */
  readonly deadlines: Deadlines;
  /** Number of waiting publishers at all queues. */
  waiting = 0;

  /** Shares `deadlines` with the rest of a bus. */
  constructor(deadlines: Deadlines = new Deadlines()) {
    this.deadlines = deadlines;
  }
}

/** Publishers that wait for one full queue, in the order of their arrival. */
export class PublisherQueue {
  readonly #backPressure: BackPressure;
  readonly #pattern: string;
  readonly #publishers = new Ring<WaitingPublish>();
  #settled = 0;

  /** `pattern` names the full queue in errors. */
  constructor(backPressure: BackPressure, pattern: string) {
    this.#backPressure = backPressure;
    this.#pattern = pattern;
  }

  /** Number of waiting publishers. */
  get length(): number {
    return this.#publishers.length - this.#settled;
  }

  /**
   * Waits for room. Rejects with `OVERFLOW` at the deadline, and with `ABORTED`
   * when the signal fires.
   */
  wait(
    delivery: Delivery,
    options: PublishOptions | undefined,
  ): Promise<void> {
    if (this.#backPressure.waiting >= MAX_WAITING) {
      return Promise.reject(this.#crowded(delivery.topic));
    }
    return new Promise((resolve, reject) => {
      const timeout = checkTimeout(options?.timeout, PUBLISH_TIMEOUT);
      const entry = new WaitingPublish(delivery, resolve, reject, () => {
        this.#backPressure.waiting--;
      });
      const leave = (error: CaryatidError) => {
        entry.reject(error);
        this.#sweep();
      };
      entry.deadline = this.#backPressure.deadlines.add(
        timeout,
        () => leave(this.#late(delivery.topic, timeout)),
      );
      const signal = options?.signal;
      if (signal) {
        entry.watch(
          signal,
          () => leave(abortedError(`publish on "${delivery.topic}"`, signal)),
        );
      }
      this.#backPressure.waiting++;
      this.#publishers.push(entry);
    });
  }

  /**
   * Accepts and returns the delivery of the first waiting publisher; undefined
   * if none waits.
   */
  admit(): Delivery | undefined {
    for (
      let entry = this.#publishers.shift();
      entry !== undefined;
      entry = this.#publishers.shift()
    ) {
      if (entry.settled) {
        this.#settled--;
        continue;
      }
      entry.accept();
      return entry.delivery;
    }
    return undefined;
  }

  /**
   * Rejects all waiting publishes with `error`. Without `error`, resolves them,
   * because the queue is closed.
   */
  releaseAll(error?: CaryatidError): void {
    for (
      let entry = this.#publishers.shift();
      entry !== undefined;
      entry = this.#publishers.shift()
    ) {
      if (entry.settled) continue;
      if (error) entry.reject(error);
      else entry.accept();
    }
    this.#settled = 0;
  }

  /**
   * Removes settled entries once they are half of the queue, so that each costs
   * one step.
   */
  #sweep(): void {
    if (++this.#settled * 2 < this.#publishers.length) return;
    this.#publishers.remove((entry) => entry.settled);
    this.#settled = 0;
  }

  #late(topic: string, timeout: number): CaryatidError {
    return new CaryatidError(
      "OVERFLOW",
      `Cannot publish on "${topic}": the queue of "${this.#pattern}" was ` +
        `still full after ${timeout} ms`,
      { hint: "Read faster, or set another overflow of that subscription." },
    );
  }

  #crowded(topic: string): CaryatidError {
    return new CaryatidError(
      "OVERFLOW",
      `Cannot publish on "${topic}": the queue of "${this.#pattern}" is ` +
        `full and ${MAX_WAITING} publishes wait already`,
      { hint: "Await each publish." },
    );
  }
}

class WaitingPublish {
  readonly delivery: Delivery;
  settled = false;
  deadline: Deadline | undefined;
  readonly #resolve: () => void;
  readonly #reject: (error: CaryatidError) => void;
  readonly #leave: () => void;
  #signal: AbortSignal | undefined;
  #abort: (() => void) | undefined;

  constructor(
    delivery: Delivery,
    resolve: () => void,
    reject: (error: CaryatidError) => void,
    leave: () => void,
  ) {
    this.delivery = delivery;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#leave = leave;
  }

  watch(signal: AbortSignal, abort: () => void): void {
    this.#signal = signal;
    this.#abort = abort;
    signal.addEventListener("abort", abort, { once: true });
  }

  accept(): void {
    this.#settle();
    this.#resolve();
  }

  reject(error: CaryatidError): void {
    this.#settle();
    this.#reject(error);
  }

  #settle(): void {
    this.settled = true;
    this.deadline?.cancel();
    if (this.#abort) this.#signal?.removeEventListener("abort", this.#abort);
    this.#leave();
  }
}
