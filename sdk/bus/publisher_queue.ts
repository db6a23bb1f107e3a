import { abortedError, CaryatidError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";
import type { PublishOptions } from "../message_bus.ts";
import { checkTimeout, type Deadline, Deadlines } from "./deadlines.ts";
import { Ring, type UnorderedItem, UnorderedSet } from "./collections.ts";

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
export class PublisherQueue implements EventListenerObject {
  readonly #backPressure: BackPressure;
  readonly #pattern: string;
  readonly #publishers = new Ring<WaitingPublish>();
  #settled = 0;
  /** Waiting publishes of each signal, which share one listener. */
  #signals: Map<AbortSignal, UnorderedSet<WaitingPublish>> | undefined;

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
      const signal = options?.signal;
      const entry = new WaitingPublish(delivery, signal, resolve, reject);
      entry.deadline = this.#backPressure.deadlines.add(timeout, () => {
        this.#reject(entry, this.#late(delivery.topic, timeout));
        this.#sweep();
      });
      if (signal) this.#watch(entry, signal);
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
      this.#accept(entry);
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
      if (error) this.#reject(entry, error);
      else this.#accept(entry);
    }
    this.#settled = 0;
  }

  /** Rejects the waiting publishes of a signal that fired. */
  handleEvent({ target }: Event): void {
    const signal = target as AbortSignal;
    for (const entry of this.#signals?.get(signal) ?? []) {
      const doing = `publish on "${entry.delivery.topic}"`;
      this.#reject(entry, abortedError(doing, signal));
      this.#sweep();
    }
  }

  #accept(entry: WaitingPublish): void {
    this.#settle(entry);
    entry.resolve();
  }

  #reject(entry: WaitingPublish, error: CaryatidError): void {
    this.#settle(entry);
    entry.reject(error);
  }

  #settle(entry: WaitingPublish): void {
    entry.settled = true;
    entry.deadline?.cancel();
    this.#backPressure.waiting--;
    if (entry.signal) this.#unwatch(entry, entry.signal);
  }

  /** A listener for each publish would cost a third of its wait. */
  #watch(entry: WaitingPublish, signal: AbortSignal): void {
    this.#signals ??= new Map();
    let entries = this.#signals.get(signal);
    if (entries === undefined) {
      entries = new UnorderedSet();
      this.#signals.set(signal, entries);
      signal.addEventListener("abort", this);
    }
    entries.add(entry);
  }

  #unwatch(entry: WaitingPublish, signal: AbortSignal): void {
    const entries = this.#signals!.get(signal)!;
    entries.delete(entry);
    if (entries.size > 0) return;
    this.#signals!.delete(signal);
    signal.removeEventListener("abort", this);
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

class WaitingPublish implements UnorderedItem {
  position = -1;
  readonly delivery: Delivery;
  readonly signal: AbortSignal | undefined;
  readonly resolve: () => void;
  readonly reject: (error: CaryatidError) => void;
  settled = false;
  deadline: Deadline | undefined;

  constructor(
    delivery: Delivery,
    signal: AbortSignal | undefined,
    resolve: () => void,
    reject: (error: CaryatidError) => void,
  ) {
    this.delivery = delivery;
    this.signal = signal;
    this.resolve = resolve;
    this.reject = reject;
  }
}
