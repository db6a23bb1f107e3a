import type { Log } from "@caryatid/sdk";
import type { Deadlines } from "@caryatid/sdk/bus";

/**
 * Time for which messages of a topic may be refused until they are tried on a
 * new connection, in milliseconds; doubled each time.
 */
const FIRST_PATIENCE = 3_000;
const LONGEST_PATIENCE = 60_000;

/** Number of topics that are remembered. The oldest one makes room. */
const MAX_TOPICS = 1_000;

/** Time in which refusals are counted for one warning, in milliseconds. */
const COUNT_TIME = 1_000;
/** Shortest time between two warnings, in milliseconds. */
const WARN_EVERY = 60_000;

/** A topic of which no message was confirmed since a refusal. */
interface Refused {
  /** Time of the first refusal on this connection, by `performance.now()`. */
  readonly since: number;
  readonly patience: number;
}

/**
 * Topics whose messages the broker refuses, through all connections and for all
 * publishers.
 *
 * RabbitMQ may have taken a dead node for the leader of a quorum queue when a
 * channel first published to it. Messages on that channel are then refused for
 * as long as the node is away, and messages on a new channel are not. AMQP does
 * not distinguish this from a queue that is full.
 */
export class Refusals {
  readonly #deadlines: Deadlines;
  readonly #log: Log;
  readonly #refused = new Map<string, Refused>();
  #count = 0;
  #topic = "";
  #counting = false;

  /** Warnings go to `log`. */
  constructor(deadlines: Deadlines, log: Log) {
    this.#deadlines = deadlines;
    this.#log = log;
  }

  /** Counts a refusal. Returns true if it is time for a new connection. */
  add(topic: string, now: number = performance.now()): boolean {
    this.#warn(topic);
    const { since, patience } = this.#refused.get(topic) ??
      this.#begin(topic, { since: now, patience: FIRST_PATIENCE });
    if (now - since < patience) return false;
    const next = Math.min(patience * 2, LONGEST_PATIENCE);
    this.#begin(topic, { since: now, patience: next });
    return true;
  }

  /** Forgets a topic of which a message was confirmed. */
  forget(topic: string): void {
    if (this.#refused.size > 0) this.#refused.delete(topic);
  }

  #begin(topic: string, refused: Refused): Refused {
    if (this.#refused.size >= MAX_TOPICS && !this.#refused.has(topic)) {
      const [first] = this.#refused.keys();
      this.#refused.delete(first!);
    }
    this.#refused.set(topic, refused);
    return refused;
  }

  /** Logs one warning for all refusals of a time. */
  #warn(topic: string): void {
    this.#topic = topic;
    if (this.#count++ > 0 || this.#counting) return;
    this.#counting = true;
    this.#deadlines.add(COUNT_TIME, () => this.#report());
  }

  #report(): void {
    const count = this.#count;
    this.#count = 0;
    this.#counting = count > 0;
    if (count === 0) return;
    this.#log.warn(
      "[QUEUE_FULL] the broker refused {count} messages, the last one on {topic}: a queue is full",
      { count, topic: this.#topic },
    );
    this.#deadlines.add(WARN_EVERY, () => this.#report());
  }
}
