import type {
  Accept,
  Delivery,
  Log,
  RetryOptions,
  SubscribeOptions,
} from "@caryatid/sdk";
import {
  causeOf,
  checkRetry,
  type Deadlines,
  retryWait,
  SKIPPED,
} from "@caryatid/sdk/bus";
import type { Message } from "amqplib";
import type { DeadLetterPublisher } from "../dead_letters/publisher.ts";
import type { RabbitMqSettings } from "../settings.ts";
import type { Consumer } from "./consumer.ts";
import {
  type Attempt,
  attemptOf,
  type RabbitDelivery,
  returnsOf,
  timeOf,
} from "./delivery.ts";
import type { RetryQueues } from "./retry_queues.ts";
import {
  brokerDelivery,
  SuspectPlace,
  type SuspectPlaces,
} from "./suspects.ts";
import { SuspectQueue } from "./suspect_queue.ts";

/**
 * Longest wait of a leaving member until its messages are confirmed elsewhere,
 * in milliseconds.
 */
const LEAVE_TIMEOUT = 1_000;
/**
 * Shortest wait of a message after its last attempt if no dead letters are
 * kept, in milliseconds.
 */
const LAST_ATTEMPT_WAIT = 1_000;

/** Options of {@linkcode GroupMember}. */
export interface GroupMemberOptions {
  readonly pattern: string;
  readonly consumer: Consumer;
  readonly settings: RabbitMqSettings;
  readonly deadlines: Deadlines;
  readonly deadLetterPublisher: DeadLetterPublisher;
  readonly retryQueues: RetryQueues;
  readonly places: SuspectPlaces;
  /**
   * Filters and decodes a message. Returns undefined if the message is not for
   * this subscription, and acknowledges it.
   */
  readonly decode: (source: Message) => RabbitDelivery | undefined;
  readonly log: Log;
}

/**
 * The part of a group subscription that handles redeliveries and failures.
 *
 * The broker counts every return of a message, including that of a message
 * which only waited, unread, next to the one that ended its process. So that
 * count alone never makes a dead letter: a message that was returned
 * `redeliveries` times moves to the suspect queue of its group. From there a
 * message is fetched only when a loop starts with it, and only such starts
 * count.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  /** Messages that are being published elsewhere. */
  readonly #moves = new Set<Promise<void>>();
  /** Queue of the messages that were returned too often. */
  readonly suspects: SuspectQueue;
  #left = false;

  /** Declares nothing yet. */
  constructor(options: GroupMemberOptions) {
    this.#options = options;
    this.suspects = new SuspectQueue({
      ...options,
      holds: (source) => this.#holds(source),
    });
  }

  /**
   * Moves a message to the suspect queue if it was returned too often. Returns
   * true if so.
   */
  takesOver(source: Message): boolean {
    if (!this.suspects.isDeclared) return false;
    const { redelivered, exchange } = source.fields;
    // each message comes here
    if (!redelivered && exchange !== "") return false;
    const { settings } = this.#options;
    const attempt = currentAttempt(source);
    if (attempt.redeliveries < settings.redeliveries) return false;
    this.#move(source, this.suspects.add(source, attempt));
    return true;
  }

  /**
   * Returns the acceptance of the subscription: a place fetches its suspect
   * first.
   */
  accept(accept: Accept = (delivery) => delivery): Accept {
    return (delivery) =>
      delivery instanceof SuspectPlace
        ? this.#fetch(delivery).then(accept)
        : accept(delivery);
  }

  /**
   * Makes a message a dead letter. `attempts` is the number of failed attempts
   * of this delivery.
   */
  deadLetter(
    source: Message,
    code: string,
    cause: string,
    attempts = 0,
  ): void {
    const { failures, starts } = currentAttempt(source);
    this.#deadLetter(source, code, cause, failures + starts + attempts);
  }

  /**
   * Returns the handling of a delivery whose loop failed; undefined if the
   * message returns to its place in the queue.
   */
  failed(
    options: SubscribeOptions,
  ): ((delivery: Delivery, error: unknown) => void) | undefined {
    if (options.retry === undefined) return undefined;
    const retry = checkRetry(options);
    return (delivery, error) => {
      const failed = brokerDelivery(delivery);
      if (failed) this.#fail(failed, retry, error);
    };
  }

  /**
   * Waits a moment until moved messages are confirmed: otherwise they are
   * redelivered.
   */
  async leave(): Promise<void> {
    this.#left = true;
    if (this.#moves.size === 0) return;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const deadline = this.#options.deadlines.add(LEAVE_TIMEOUT, resolve);
    await Promise.race([Promise.all(this.#moves), late]);
    deadline.cancel();
  }

  /**
   * Fetches a suspect for `place`. Rejects with `SKIPPED` if the suspect queue
   * is empty, or if the suspect was started too often.
   */
  async #fetch(place: SuspectPlace): Promise<Delivery> {
    const { settings, decode } = this.#options;
    const source = await this.suspects.take();
    if (source === undefined) throw SKIPPED;
    const { starts } = currentAttempt(source);
    if (starts >= settings.redeliveries) {
      const cause =
        `the message was started ${starts} times as a suspect and never finished`;
      this.deadLetter(source, "MODULE_FAILED", cause);
      throw SKIPPED;
    }
    place.delivery = decode(source);
    if (place.delivery === undefined) throw SKIPPED;
    return place.delivery;
  }

  /** Publishes a message again after its backoff, or makes it a dead letter. */
  #fail(
    delivery: RabbitDelivery,
    retry: Required<RetryOptions>,
    error: unknown,
  ): void {
    const { source, topic, id } = delivery;
    const attempt = currentAttempt(source);
    const failures = attempt.failures + 1;
    const cause = causeOf(error, failures);
    const { consumer, retryQueues, deadLetterPublisher, log } = this.#options;
    if (failures >= retry.attempts && deadLetterPublisher.exchange) {
      const count = failures + attempt.starts;
      return this.#deadLetter(source, "MODULE_FAILED", cause, count);
    }
    const wait = this.#wait(retry, failures, { topic, id, cause });
    const next = { ...attempt, topic, failures, time: delivery.time };
    const waits = retryQueues.postpone(
      consumer.queue!,
      source,
      next,
      id,
      wait,
    );
    this.#move(
      source,
      waits.catch((error) => {
        log.warn(
          "a message on {topic} is redelivered without its backoff: {cause}",
          { topic, cause: error.message },
        );
        throw error;
      }),
    );
  }

  /**
   * Returns the wait before the next attempt. After the last one, without dead
   * letters, the message is logged and tried again.
   */
  #wait(
    retry: Required<RetryOptions>,
    failures: number,
    failed: { topic: string; id: string; cause: string },
  ): number {
    if (failures < retry.attempts) return retryWait(retry, failures);
    const last = retryWait(retry, Math.max(1, retry.attempts - 1));
    const wait = Math.max(last, LAST_ATTEMPT_WAIT);
    this.#options.log.error(
      "[MODULE_FAILED] {count} attempts at a message on {topic} failed, and no dead letters are kept: next attempt in {wait} ms: {cause}",
      { ...failed, wait, count: failures },
    );
    return wait;
  }

  #deadLetter(
    source: Message,
    code: string,
    cause: string,
    count: number,
  ): void {
    const { pattern, deadLetterPublisher } = this.#options;
    const reason = { code, cause, pattern, count };
    const held = () => this.#holds(source);
    this.#move(source, deadLetterPublisher.publish(source, reason, held));
  }

  #holds(source: Message): boolean {
    return !this.#left && this.#options.consumer.holds(source);
  }

  /**
   * Acknowledges a message when it is confirmed elsewhere. Otherwise it is
   * redelivered.
   */
  #move(source: Message, moving: Promise<void>): void {
    const moved = moving
      // the reason was logged
      .then(() => this.#options.consumer.done(source), () => {})
      .finally(() => this.#moves.delete(moved));
    this.#moves.add(moved);
  }
}

/**
 * Returns the attempts at a message so far, with the returns that the broker
 * counted.
 */
function currentAttempt(source: Message): Attempt {
  const returns = returnsOf(source);
  const attempt = attemptOf(source);
  if (attempt === undefined) {
    const { fields, properties } = source;
    return {
      topic: fields.routingKey,
      failures: 0,
      redeliveries: returns,
      starts: 0,
      time: timeOf(properties.timestamp),
    };
  }
  // A fetched message has no consumer tag: it came from the suspect queue,
  // where each return was a start.
  return isFetched(source)
    ? { ...attempt, starts: attempt.starts + returns }
    : { ...attempt, redeliveries: attempt.redeliveries + returns };
}

function isFetched({ fields }: Message): boolean {
  return fields.consumerTag === undefined;
}
