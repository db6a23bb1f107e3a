import { abortedError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";
import type { Accept, Subscription } from "../subscription.ts";
import type { DeliveryQueue } from "./delivery_queue.ts";
import { SKIPPED } from "./options.ts";
import { type Inspect, QueueLoop } from "./queue_loop.ts";

/** Options of {@linkcode QueueSubscription}. */
export interface QueueSubscriptionOptions {
  /** Queue of its deliveries. Members of a group share one. */
  readonly queue: DeliveryQueue;
  /** True if unfinished deliveries go to other members of a group. */
  readonly grouped: boolean;
  /** Closes the subscription. */
  readonly signal?: AbortSignal | undefined;
  /** Resolves once it receives messages (at once). */
  readonly ready?: Promise<void> | undefined;
  /** Removes it from the bus. Called once. */
  readonly release: (
    subscription: QueueSubscription,
  ) => void | Promise<void>;
  /** Checks each delivery before and after a step. */
  readonly inspect?: Inspect | undefined;
  /**
   * Checks each delivery before a loop receives it, as in `SubscribeOptions`.
   */
  readonly accept?: Accept | undefined;
  /** Called at the end of each step, to acknowledge the delivery. */
  readonly onDone?: ((delivery: Delivery) => void) | undefined;
  /**
   * Called instead of `onDone` for each delivery that `accept` or `reject`
   * rejects, with the error, and with the number of attempts that `reject`
   * received. It must not be redelivered. Both functions receive the delivery
   * of the queue, and must not throw.
   */
  readonly onRefused?:
    | ((delivery: Delivery, error: unknown, attempts?: number) => void)
    | undefined;
  /**
   * Called with the delivery whose loop failed, and with the error if it is
   * known (else undefined). Without it, members of a group put the delivery
   * back into the queue. Called before `release`.
   */
  readonly onFailed?:
    | ((delivery: Delivery, error: unknown) => void)
    | undefined;
}

/**
 * Subscription that reads a {@linkcode DeliveryQueue}.
 *
 * @example
 * ```ts
 * import {
 *   BackPressure,
 *   DeliveryQueue,
 *   LocalDelivery,
 *   QueueSubscription,
 * } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const backPressure = new BackPressure();
 * const queue = new DeliveryQueue({
 *   pattern: "a",
 *   size: 10,
 *   overflow: "wait",
 *   backPressure,
 * });
 * const words = new QueueSubscription({ queue, grouped: false, release() {} });
 * queue.offer(new LocalDelivery("a", "hello", undefined));
 * for await (const { message } of words) {
 *   assert.equal(message, "hello");
 *   break;
 * }
 * backPressure.deadlines.close();
 * ```
 */
export class QueueSubscription implements Subscription {
  /** Pattern of its topics. */
  readonly pattern: string;
  /**
   * Resolves once every later publish is received. Rejects if it cannot be
   * opened.
   */
  readonly ready: Promise<void>;
  /** Queue of its deliveries. */
  readonly queue: DeliveryQueue;
  /** Checks each delivery before and after a step. */
  readonly inspect: Inspect | undefined;
  /** Checks each delivery before a loop receives it. */
  readonly accept: Accept | undefined;
  /** Called at the end of each step. */
  readonly onDone: ((delivery: Delivery) => void) | undefined;
  readonly #onRefused: QueueSubscriptionOptions["onRefused"];
  readonly #onFailed: QueueSubscriptionOptions["onFailed"];
  readonly #grouped: boolean;
  readonly #loops = new Set<QueueLoop>();
  readonly #release: QueueSubscriptionOptions["release"];
  readonly #signal: AbortSignal | undefined;
  #refused = 0;
  #closing: Promise<void> | undefined;

  /** Opens it. It is closed at once if its signal has fired. */
  constructor(options: QueueSubscriptionOptions) {
    this.queue = options.queue;
    this.pattern = options.queue.pattern;
    this.inspect = options.inspect;
    this.accept = options.accept;
    this.onDone = options.onDone;
    this.#onRefused = options.onRefused;
    this.#onFailed = options.onFailed;
    this.#grouped = options.grouped;
    this.#release = options.release;
    this.#signal = options.signal;
    this.ready = this.#signal?.aborted
      ? Promise.reject(
        abortedError(`subscribe to "${this.pattern}"`, this.#signal),
      )
      : options.ready ?? Promise.resolve();
    // An unawaited rejection would end the program.
    this.ready.catch(() => {});
    if (this.#signal?.aborted) this.#abort();
    else this.#signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Number of unread messages. */
  get queued(): number {
    return this.queue.length;
  }

  /** Number of deliveries that loops work on. */
  get inFlight(): number {
    let count = 0;
    for (const loop of this.#loops) if (loop.inFlight) count++;
    return count;
  }

  /** Number of loops that wait for a delivery. */
  get readers(): number {
    let count = 0;
    for (const loop of this.#loops) count += loop.readers;
    return count;
  }

  /** Number of deliveries that loops have taken. */
  get taken(): number {
    return this.queue.taken;
  }

  /** Number of publishers that wait for room in its queue. */
  get waitingPublishers(): number {
    return this.queue.waitingPublishers;
  }

  /**
   * Number of messages dropped by `overflow`, or rejected by `where` or
   * `accept`.
   */
  get dropped(): number {
    return this.queue.dropped + this.#refused;
  }

  /**
   * True once it is closed. Messages that were queued when the bus closed can
   * still be read.
   */
  get closed(): boolean {
    return this.left || this.queue.closed;
  }

  /** True once its owner closed it: nothing more is read. */
  get left(): boolean {
    return this.#closing !== undefined;
  }

  /** Starts a loop. Several loops share the deliveries. */
  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const loop = new QueueLoop(this);
    this.#loops.add(loop);
    return loop;
  }

  /** Closes it and ends its loops. Harmless twice. */
  close(): Promise<void> {
    return this.#closing ??= this.#leave();
  }

  /**
   * Closes it because a loop failed at that delivery, with that error if it is
   * known.
   */
  fail(delivery: Delivery | undefined, error: unknown): Promise<void> {
    return this.#closing ??= this.#leave(delivery, error);
  }

  /** Finishes a delivery in flight as failed for good. */
  reject(delivery: Delivery, error: unknown, attempts?: number): boolean {
    for (const loop of this.#loops) {
      if (loop.reject(delivery, error, attempts)) return true;
    }
    return false;
  }

  /** Makes a full queue drop messages instead of letting publishers wait. */
  dropWhenFull(on: boolean): void {
    if (!this.#grouped) this.queue.dropWhenFull(on);
  }

  /**
   * Counts and reports a delivery that `accept` rejected with `error`, or at
   * which `attempts` of a handler failed.
   */
  refuse(delivery: Delivery, error: unknown, attempts?: number): void {
    if (error === SKIPPED) return this.onDone?.(delivery);
    this.#refused++;
    if (this.#onRefused) this.#onRefused(delivery, error, attempts);
    else this.onDone?.(delivery);
  }

  /**
   * Releases its signal. The queue has ended, and only queued messages can
   * still be read.
   */
  end(): void {
    this.#signal?.removeEventListener("abort", this.#abort);
  }

  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #leave(failed?: Delivery, error?: unknown): Promise<void> {
    // Closed before other members receive the deliveries that it puts back.
    this.#closing = Promise.resolve();
    this.end();
    this.queue.removeReaders((reader) =>
      reader instanceof QueueLoop && this.#loops.has(reader)
    );
    const unfinished: Delivery[] = [];
    for (const loop of this.#loops) {
      const delivery = loop.leave();
      if (delivery === undefined) continue;
      if (delivery === failed && this.#onFailed) this.#onFailed(failed, error);
      else unfinished.push(delivery);
    }
    this.#loops.clear();
    if (this.#grouped) this.queue.requeue(...unfinished);
    await this.#release(this);
  }

  #abort = (): void => {
    this.close().catch(() => {}); // its owner learns of it from `close`
  };
}
