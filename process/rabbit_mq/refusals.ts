/** How long messages of a topic may be refused before they are tried on a new connection, in milliseconds; doubled each time. */
const FIRST_PATIENCE = 3_000;
const LONGEST_PATIENCE = 60_000;

/** Topics that are remembered: the one that was refused first makes room. */
const MOST_TOPICS = 1_000;

/** A topic of which nothing was confirmed since. */
interface Refused {
  /** Of the first refusal on this connection, by `performance.now()`. */
  readonly since: number;
  readonly patience: number;
}

/**
 * Topics whose messages the broker refuses, through all connections, whoever publishes them and however often.
 *
 * RabbitMQ may have taken a dead node for the leader of a quorum queue when a channel first published to it: then that channel is
 * refused for as long as the node is away, and a new one is not. It can't be told from a queue that is full.
 */
export class Refusals {
  readonly #refused = new Map<string, Refused>();

  /** A message on `topic` was refused. Says whether it is time for a new connection. */
  add(topic: string, now: number = performance.now()): boolean {
    const { since, patience } = this.#refused.get(topic) ??
      this.#begin(topic, { since: now, patience: FIRST_PATIENCE });
    if (now - since < patience) return false;
    const next = Math.min(patience * 2, LONGEST_PATIENCE);
    this.#begin(topic, { since: now, patience: next });
    return true;
  }

  /** One on `topic` was confirmed. */
  forget(topic: string): void {
    if (this.#refused.size > 0) this.#refused.delete(topic);
  }

  #begin(topic: string, refused: Refused): Refused {
    if (this.#refused.size >= MOST_TOPICS && !this.#refused.has(topic)) {
      const [first] = this.#refused.keys();
      this.#refused.delete(first!);
    }
    this.#refused.set(topic, refused);
    return refused;
  }
}
