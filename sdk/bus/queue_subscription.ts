import { abortedError } from "../aborted.ts";
import type { CaryatidError } from "../errors.ts";
import type { Accept, Delivery, Subscription } from "../message_bus.ts";
import type { DeliveryQueue } from "./delivery_queue.ts";
import { LEFT_OUT } from "./left_out.ts";
import { QueueLoop } from "./queue_loop.ts";

/** Finds a message that was changed: `handedOut` says whether the loop had it in hand. */
export type Inspect = (
  delivery: Delivery,
  pattern: string,
  handedOut: boolean,
) => CaryatidError | undefined;

/** What a {@linkcode QueueSubscription} is made of. */
export interface QueueSubscriptionOptions {
  /** Where its deliveries come from; members of a group share one. */
  readonly queue: DeliveryQueue;
  /** Whether what it leaves unfinished goes to other members. */
  readonly grouped: boolean;
  /** Closes it. */
  readonly signal?: AbortSignal | undefined;
  /** Resolves when it hears. Local queues hear at once. */
  readonly ready?: Promise<void> | undefined;
  /** Takes it off the bus; called once. */
  readonly release: (
    subscription: QueueSubscription,
  ) => void | Promise<void>;
  /** Looks at each delivery before and after a step. */
  readonly inspect?: Inspect | undefined;
  /** Looks at each delivery before a loop gets it: that of `SubscribeOptions`. */
  readonly accept?: Accept | undefined;
  /** Hears of each step that is done: where a broker wants to know. */
  readonly onDone?: ((delivery: Delivery) => void) | undefined;
  /**
   * Hears of each delivery that `accept` refuses, with what it threw, in place of `onDone`: it is not to come again. Both get
   * deliveries as the queue had them, and mustn't throw.
   */
  readonly onRefused?:
    | ((delivery: Delivery, error: unknown) => void)
    | undefined;
  /**
   * Takes over the delivery that a loop is left with, and the error that ended it, where that is known (else undefined). Without it
   * members of a group give such a one back. Called before `release`.
   */
  readonly onFailed?:
    | ((delivery: Delivery, error: unknown) => void)
    | undefined;
}

/**
 * A subscription that reads a {@linkcode DeliveryQueue}.
 *
 * @example
 * ```ts
 * import { DeliveryQueue, LocalDelivery, QueueSubscription, WaitingRoom } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const room = new WaitingRoom();
 * const queue = new DeliveryQueue({ pattern: "a", size: 10, overflow: "wait", room });
 * const heard = new QueueSubscription({ queue, grouped: false, release() {} });
 * queue.offer(new LocalDelivery("a", "hello", undefined));
 * for await (const { message } of heard) {
 *   assert.equal(message, "hello");
 *   break;
 * }
 * room.deadlines.close();
 * ```
 */
export class QueueSubscription implements Subscription {
  /** What it listens to. */
  readonly pattern: string;
  /** Resolves when every later publish is heard; rejects when that cannot come to be. */
  readonly ready: Promise<void>;
  /** Where its deliveries come from. */
  readonly queue: DeliveryQueue;
  /** Looks at each delivery before and after a step. */
  readonly inspect: Inspect | undefined;
  /** Looks at each delivery before a loop gets it. */
  readonly accept: Accept | undefined;
  /** Hears of each step that is done. */
  readonly onDone: ((delivery: Delivery) => void) | undefined;
  readonly #onRefused: QueueSubscriptionOptions["onRefused"];
  readonly #onFailed: QueueSubscriptionOptions["onFailed"];
  readonly #grouped: boolean;
  readonly #loops = new Set<QueueLoop>();
  readonly #release: QueueSubscriptionOptions["release"];
  readonly #signal: AbortSignal | undefined;
  #refused = 0;
  #closing: Promise<void> | undefined;

  /** Opens it; closed at once if its signal has fired. */
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
    // Who doesn't wait for it isn't to be killed by it.
    this.ready.catch(() => {});
    if (this.#signal?.aborted) this.#abort();
    else this.#signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Messages that wait, unread. */
  get depth(): number {
    return this.queue.length;
  }

  /** Deliveries that a loop was given and has not come back from. */
  get inHand(): number {
    let count = 0;
    for (const loop of this.#loops) if (loop.inHand) count++;
    return count;
  }

  /** Loops that wait for a delivery. */
  get readers(): number {
    let count = 0;
    for (const loop of this.#loops) count += loop.readers;
    return count;
  }

  /** Publishers that wait for room in its queue. */
  get heldUp(): number {
    return this.queue.heldUp;
  }

  /** Messages lost to `overflow`, or refused by `where` or `accept`. */
  get dropped(): number {
    return this.queue.dropped + this.#refused;
  }

  /** Whether it was closed, by whomever. What waits when the bus is closed can still be read. */
  get closed(): boolean {
    return this.left || this.queue.closed;
  }

  /** Whether its owner closed it: nothing more is to be read. */
  get left(): boolean {
    return this.#closing !== undefined;
  }

  /** Starts a loop; several loops share the deliveries. */
  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const loop = new QueueLoop(this);
    this.#loops.add(loop);
    return loop;
  }

  /** Ends every loop over it; harmless twice. */
  close(): Promise<void> {
    return this.#closing ??= this.#leave();
  }

  /** A loop is left with that delivery in hand, because of that error if it is known. Closes as `close` does. */
  fail(delivery: Delivery | undefined, error: unknown): Promise<void> {
    return this.#closing ??= this.#leave(delivery, error);
  }

  /** Counts and tells of a delivery that `accept` threw `error` at. */
  refuse(delivery: Delivery, error: unknown): void {
    if (error === LEFT_OUT) return this.onDone?.(delivery);
    this.#refused++;
    if (this.#onRefused) this.#onRefused(delivery, error);
    else this.onDone?.(delivery);
  }

  /** Lets its signal go: its queue has ended, and only what waits there can still be read. */
  end(): void {
    this.#signal?.removeEventListener("abort", this.#abort);
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #leave(failed?: Delivery, error?: unknown): Promise<void> {
    // Marked as closed before anybody is handed what is given back here.
    this.#closing = Promise.resolve();
    this.end();
    this.queue.dismissReaders((reader) =>
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
    if (this.#grouped) this.queue.giveBack(...unfinished);
    await this.#release(this);
  }

  #abort = (): void => {
    this.close().catch(() => {}); // who closes it hears of it
  };
}
