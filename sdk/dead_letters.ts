/** Selection of dead letters. All fields that are set must match. */
export interface DeadLetterFilter {
  /** Pattern that matches the topic. */
  readonly topic?: string;
  /** Id of the message. */
  readonly id?: string;
  /** Code of the error. */
  readonly code?: string;
  /** Maximum number, the oldest first (100 for `list`, otherwise all). */
  readonly limit?: number;
}

/**
 * Dead letters of a broker, from all processes. They can be listed, published
 * again, or removed.
 *
 * Each call visits the dead letters from the oldest on, and holds those that it
 * has visited until it ends: a concurrent call does not see them. Rejects with
 * `INVALID_CONFIG` if the bus keeps no dead letters, with `NO_QUEUE` if their
 * queue does not exist, with `BUS_UNAVAILABLE` if the broker is unavailable.
 *
 * ```ts ignore
 * import { RabbitMqBus, rabbitMqSettings } from "@caryatid/process/rabbit-mq";
 *
 * const settings = { "dead-letter-exchange": "caryatid-dead" };
 * const bus = new RabbitMqBus(rabbitMqSettings(settings), log);
 * await bus.open();
 * const letters = await bus.deadLetters.list({ topic: "orders.#" });
 * for (const { topic, cause } of letters) console.log(topic, cause);
 * await bus.deadLetters.replay({ code: "INVALID_MESSAGE" });
 * ```
 */
export interface DeadLetters {
  /** Returns dead letters without removing them. */
  list(filter?: DeadLetterFilter): Promise<DeadLetter[]>;
  /**
   * Publishes dead letters again, unchanged, on their original topics, for all
   * current subscribers. Removes each one when the broker has confirmed it.
   * Resolves with their number. A dead letter whose publish fails is kept, and
   * so are those behind it.
   */
  replay(filter?: DeadLetterFilter): Promise<number>;
  /** Removes dead letters. Resolves with their number. */
  drop(filter?: DeadLetterFilter): Promise<number>;
}

/** A message that a group could not handle. */
export interface DeadLetter {
  /** Id of the publish, as in `Delivery.id`. */
  readonly id: string;
  /** Topic of the first publish. */
  readonly topic: string;
  /** The published message; undefined if its body cannot be decoded. */
  readonly message: unknown;
  /** Body of the message as it was on the wire. */
  readonly body: Uint8Array;
  /** Headers of the publisher. */
  readonly headers: Readonly<Record<string, string>>;
  /** Code of the error, `DECODE_FAILED` for instance. */
  readonly code: string;
  /** Text of the error. */
  readonly cause: string;
  /** Number of failed attempts, and of starts as a suspect. */
  readonly count: number;
  /** Pattern of the group. */
  readonly pattern: string;
  /** Time of the failure, in milliseconds since 1970. */
  readonly time: number;
}
