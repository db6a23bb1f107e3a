import {
  type Accept,
  CaryatidError,
  type Delivery,
  type Log,
  type RetryOptions,
  type SubscribeOptions,
} from "@caryatid/sdk";
import {
  causeOf,
  checkRetry,
  type Deadlines,
  retryWait,
} from "@caryatid/sdk/bus";
import type { Message } from "amqplib";
import { attemptOf } from "./attempt.ts";
import type { Cemetery } from "./cemetery.ts";
import type { Consumer } from "./consumer.ts";
import type { Redelivery } from "./marks.ts";
import type { RabbitDelivery } from "./rabbit_delivery.ts";
import type { Redeliveries } from "./redeliveries.ts";
import type { RabbitMqSettings } from "./settings.ts";
import type { WaitingQueues } from "./waiting_queues.ts";

/** How long a member that leaves waits until its messages are safe elsewhere, in milliseconds. */
const LEAVE_PATIENCE = 1_000;
/** Shortest wait of a message that should be given up, where no dead letters are kept, in milliseconds. */
const HOPELESS_WAIT = 1_000;

/** What a {@linkcode GroupMember} works with. */
export interface GroupMemberOptions {
  readonly pattern: string;
  readonly consumer: Consumer;
  readonly settings: RabbitMqSettings;
  readonly deadlines: Deadlines;
  readonly cemetery: Cemetery;
  readonly waitingQueues: WaitingQueues;
  readonly redeliveries: Redeliveries;
  readonly log: Log;
}

/** What a member of a group does about messages that come again, and about those that nobody can take. */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  /** Of what is in hand, and was given out before. */
  readonly #again = new Map<Message, Redelivery>();
  /** Messages on their way to elsewhere. */
  readonly #moves = new Set<Promise<void>>();
  #left = false;

  /** Does nothing by itself. */
  constructor(options: GroupMemberOptions) {
    this.#options = options;
  }

  /** Counts what is given out again just before a loop gets it: what only waits here, unread, was in nobody's hand. */
  counted(accept: Accept = (delivery) => delivery): Accept {
    return (delivery) =>
      delivery.redelivered
        ? this.#begin(delivery as RabbitDelivery).then(accept)
        : accept(delivery);
  }

  /** Acknowledges a message: it is done, or safe elsewhere. */
  finish(source: Message): void {
    this.#options.consumer.done(source);
    this.#again.get(source)?.finish();
    this.#again.delete(source);
  }

  /** Makes a message a dead letter. What fails comes again, to whomever. */
  bury(source: Message, code: string, cause: string): void {
    this.#bury(source, code, cause, this.#earlier(source));
  }

  /** What becomes of a message that a loop is left with; undefined where it is to go back to its place in the queue. */
  failed(
    options: SubscribeOptions,
  ): ((delivery: Delivery, error: unknown) => void) | undefined {
    if (options.retry === undefined) return undefined;
    const retry = checkRetry(options);
    return (delivery, error) =>
      this.#fail(delivery as RabbitDelivery, retry, error);
  }

  /** Lets go of what is in hand. Waits until its messages are safe elsewhere for a moment, or they would come again. */
  async leave(): Promise<void> {
    this.#left = true;
    if (this.#moves.size > 0) await this.#moved();
    for (const again of this.#again.values()) again.leave();
    this.#again.clear();
  }

  /**
   * Rejects when it was given out too often. Without a place for dead letters it never is: nothing that was confirmed is lost.
   */
  async #begin(delivery: RabbitDelivery): Promise<RabbitDelivery> {
    const { consumer, redeliveries, cemetery, settings } = this.#options;
    const { source, attempt } = delivery;
    // If this one ends the process, then not with the acknowledgements of those before.
    consumer.flush();
    const again = await redeliveries.begin(consumer.queue!, source);
    if (this.#left) again.leave();
    else this.#again.set(source, again);
    const earlier = again.earlier + (attempt?.redeliveries ?? 0);
    if (earlier < settings.redeliveries || !cemetery.exchange) {
      return delivery;
    }
    throw new CaryatidError(
      "MODULE_FAILED",
      `it was given out again ${earlier} times, and never finished`,
    );
  }

  /** Has a message given again later, or gives it up. */
  #fail(
    delivery: RabbitDelivery,
    retry: Required<RetryOptions>,
    error: unknown,
  ): void {
    const { source, topic, id, time, attempt } = delivery;
    const failures = (attempt?.failures ?? 0) + 1;
    const cause = causeOf(error, failures);
    const redeliveries = this.#earlier(source);
    if (failures >= retry.attempts && this.#options.cemetery.exchange) {
      const count = failures + redeliveries;
      return this.#bury(source, "MODULE_FAILED", cause, count);
    }
    const wait = this.#wait(retry, failures, { topic, id, cause });
    const { consumer, waitingQueues, log } = this.#options;
    const next = { topic, failures, redeliveries, time };
    const waits = waitingQueues.postpone(
      consumer.queue!,
      source,
      next,
      id,
      wait,
    );
    this.#move(
      source,
      waits.catch((error) => {
        const { message: cause } = error;
        log.warn(
          "a message on {topic} comes again without its backoff: {cause}",
          {
            topic,
            cause,
          },
        );
        throw error;
      }),
    );
  }

  /** How often a message was given out again before, and nobody finished it, nor failed at it. */
  #earlier(source: Message): number {
    const counted = attemptOf(source)?.redeliveries ?? 0;
    return counted + (this.#again.get(source)?.earlier ?? 0);
  }

  /** How long a message waits for its next attempt. One without any left has nowhere else to go: it isn't lost, but told of. */
  #wait(
    retry: Required<RetryOptions>,
    failures: number,
    failed: { topic: string; id: string; cause: string },
  ): number {
    if (failures < retry.attempts) return retryWait(retry, failures);
    const last = retryWait(retry, Math.max(1, retry.attempts - 1));
    const wait = Math.max(last, HOPELESS_WAIT);
    this.#options.log.error(
      "[MODULE_FAILED] {count} attempts at a message on {topic} failed, and no dead letters are kept: once more in {wait} ms: {cause}",
      { ...failed, wait, count: failures },
    );
    return wait;
  }

  #bury(source: Message, code: string, cause: string, count: number): void {
    const { pattern, consumer, cemetery } = this.#options;
    const ours = () => !this.#left && consumer.holds(source);
    const death = { code, cause, pattern, count };
    this.#move(source, cemetery.bury(source, death, ours));
  }

  /** Acknowledges a message when it is safe elsewhere. Else it comes again, to whomever. */
  #move(source: Message, moving: Promise<void>): void {
    const moved = moving
      .then(() => this.finish(source), () => {}) // its reason was logged
      .finally(() => this.#moves.delete(moved));
    this.#moves.add(moved);
  }

  async #moved(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const deadline = this.#options.deadlines.add(LEAVE_PATIENCE, resolve);
    await Promise.race([Promise.all(this.#moves), late]);
    deadline.cancel();
  }
}
