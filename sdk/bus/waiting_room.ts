import { abortedError } from "../aborted.ts";
import { CaryatidError } from "../errors.ts";
import type { Delivery, PublishOptions } from "../message_bus.ts";
import { checkTimeout, type Deadline, Deadlines } from "./deadlines.ts";
import { Ring } from "./ring.ts";

/** Publishes that may wait at one bus; one more is refused with `OVERFLOW`. */
export const MOST_WAITING = 65_536;

/** Longest wait for a full queue unless the publish says otherwise, in milliseconds. */
export const PUBLISH_TIMEOUT = 30_000;

/**
 * What all queues of a bus share about publishers that wait: one timer, one bound.
 *
 * @example
 * ```ts
 * import { Handlers, Subscribers, WaitingRoom } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * // one for all queues of a bus
 * const room = new WaitingRoom();
 * const subscribers = new Subscribers({ room });
 * const handlers = new Handlers(room.deadlines);
 * assert.equal(room.waiting + subscribers.size + handlers.pending, 0);
 * room.deadlines.close();
 * ```
 */
export class WaitingRoom {
  /** Ends waits that take too long. */
  readonly deadlines: Deadlines;
  /** Publishers that wait now, at all queues. */
  waiting = 0;

  /** `deadlines` is replaced in tests. */
  constructor(deadlines: Deadlines = new Deadlines()) {
    this.deadlines = deadlines;
  }
}

/** Publishers that wait for one full queue, first come first served. */
export class WaitingLine {
  readonly #room: WaitingRoom;
  readonly #pattern: string;
  readonly #line = new Ring<WaitingPublish>();
  #left = 0;

  /** `pattern` names the culprit in errors. */
  constructor(room: WaitingRoom, pattern: string) {
    this.#room = room;
    this.#pattern = pattern;
  }

  /** Publishers that wait. */
  get length(): number {
    return this.#line.length - this.#left;
  }

  /** Waits for room. Rejects with `OVERFLOW` at the deadline, `ABORTED` when the signal fires. */
  wait(
    delivery: Delivery,
    options: PublishOptions | undefined,
  ): Promise<void> {
    if (this.#room.waiting >= MOST_WAITING) {
      return Promise.reject(this.#crowded(delivery.topic));
    }
    return new Promise((resolve, reject) => {
      const timeout = checkTimeout(options?.timeout, PUBLISH_TIMEOUT);
      const entry = new WaitingPublish(delivery, resolve, reject, () => {
        this.#room.waiting--;
      });
      const leave = (error: CaryatidError) => {
        entry.reject(error);
        this.#sweep();
      };
      entry.deadline = this.#room.deadlines.add(
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
      this.#room.waiting++;
      this.#line.push(entry);
    });
  }

  /** The next one's delivery, which is accepted by this; undefined where nobody waits. */
  admit(): Delivery | undefined {
    for (
      let entry = this.#line.shift();
      entry !== undefined;
      entry = this.#line.shift()
    ) {
      if (entry.settled) {
        this.#left--;
        continue;
      }
      entry.accept();
      return entry.delivery;
    }
    return undefined;
  }

  /** Lets all go: with `error`, or contentedly when the queue they wait for is gone. */
  dismiss(error?: CaryatidError): void {
    for (
      let entry = this.#line.shift();
      entry !== undefined;
      entry = this.#line.shift()
    ) {
      if (entry.settled) continue;
      if (error) entry.reject(error);
      else entry.accept();
    }
    this.#left = 0;
  }

  /** Those who left stay in the line until they are half of it: each costs one step. */
  #sweep(): void {
    if (++this.#left * 2 < this.#line.length) return;
    this.#line.remove((entry) => entry.settled);
    this.#left = 0;
  }

  #late(topic: string, timeout: number): CaryatidError {
    return new CaryatidError(
      "OVERFLOW",
      `Cannot publish on "${topic}": the queue of "${this.#pattern}" was ` +
        `still full after ${timeout} ms`,
      { hint: "read faster, or give that subscription another overflow" },
    );
  }

  #crowded(topic: string): CaryatidError {
    return new CaryatidError(
      "OVERFLOW",
      `Cannot publish on "${topic}": the queue of "${this.#pattern}" is ` +
        `full and ${MOST_WAITING} publishes wait already`,
      { hint: "await each publish" },
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
