import type { DeadLetter } from "./dead_letter.ts";

/** Which dead letters. All that is given must hold. */
export interface DeadLetterFilter {
  /** A pattern that the topic matches. */
  readonly topic?: string;
  /** The id of the message. */
  readonly id?: string;
  /** The code of what was wrong. */
  readonly code?: string;
  /** How many at most, the oldest first (100 for `list`, else all). */
  readonly limit?: number;
}

/**
 * The dead letters of a broker, all processes' together: to be looked at, published again, or thrown away.
 *
 * Each call goes through them from the oldest on, and holds what it has passed until it ends: another call at the same time
 * doesn't see that. Rejects with `INVALID_CONFIG` where none are kept, with `BUS_UNAVAILABLE` where the broker is away.
 *
 * ```ts ignore
 * const bus = new RabbitMqBus(rabbitMqSettings({ "dead-letter-exchange": "caryatid-dead" }), log);
 * await bus.open();
 * for (const { topic, cause } of await bus.deadLetters.list({ topic: "orders.#" })) console.log(topic, cause);
 * await bus.deadLetters.replay({ code: "INVALID_MESSAGE" });
 * ```
 */
export interface DeadLetters {
  /** Shows them, and leaves them where they are. */
  list(filter?: DeadLetterFilter): Promise<DeadLetter[]>;
  /**
   * Publishes them again, as they were, on the topics that they were published on: to everybody who listens now. Each is removed
   * when the broker has confirmed that. Resolves with how many; one that fails is kept, and so are those behind it.
   */
  replay(filter?: DeadLetterFilter): Promise<number>;
  /** Removes them. Resolves with how many. */
  drop(filter?: DeadLetterFilter): Promise<number>;
}
