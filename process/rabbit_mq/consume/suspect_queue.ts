import type { CaryatidError, Log } from "@caryatid/sdk";
import type { Deadlines } from "@caryatid/sdk/bus";
import type { Channel, GetMessage, Message } from "amqplib";
import { declareSuspectQueue } from "../connection/queues.ts";
import type { DeadLetterPublisher } from "../dead_letters/publisher.ts";
import type { RabbitMqSettings } from "../settings.ts";
import type { Consumer } from "./consumer.ts";
import type { Attempt } from "./delivery.ts";
import type { RetryQueues } from "./retry_queues.ts";
import type { SuspectPlaces } from "./suspects.ts";

/**
 * Wait before a message is moved to the suspect queue again, in milliseconds.
 */
const MOVE_PAUSE = 1_000;

/** Options of {@linkcode SuspectQueue}. */
export interface SuspectQueueOptions {
  readonly consumer: Consumer;
  readonly settings: RabbitMqSettings;
  readonly deadlines: Deadlines;
  readonly deadLetterPublisher: DeadLetterPublisher;
  readonly retryQueues: RetryQueues;
  readonly places: SuspectPlaces;
  /** Returns true while the member can acknowledge the message. */
  readonly holds: (source: Message) => boolean;
  readonly log: Log;
}

/**
 * The suspect queue of a group, at the broker. A bus without dead letters has
 * no suspect queue.
 */
export class SuspectQueue {
  readonly #options: SuspectQueueOptions;
  /** Name of the queue, once it is declared. */
  #name: string | undefined;

  /** Declares nothing yet. */
  constructor(options: SuspectQueueOptions) {
    this.#options = options;
  }

  /** True once the queue is declared. */
  get isDeclared(): boolean {
    return this.#name !== undefined;
  }

  /**
   * Declares the suspect queue of the group's `queue`, and adds places for the
   * messages in the suspect queue.
   */
  async declare(channel: Channel, queue: string): Promise<void> {
    const { settings, deadLetterPublisher, places } = this.#options;
    if (deadLetterPublisher.exchange === undefined) return;
    if (this.#name === undefined) await deadLetterPublisher.declare(channel);
    const declared = await declareSuspectQueue(channel, queue, settings);
    this.#name = declared.name;
    places.fill(declared.messages);
  }

  /** Deletes the queue, with its messages. */
  async delete(channel: Channel): Promise<void> {
    if (this.#name === undefined) return;
    await channel.deleteQueue(this.#name);
  }

  /** Adds places for messages that another member left in the queue. */
  async check(): Promise<void> {
    const { consumer } = this.#options;
    if (this.#name === undefined || consumer.queue === undefined) return;
    await consumer.access.withChannel((channel) =>
      this.declare(channel, consumer.queue!)
    );
  }

  /** Fetches a suspect. Returns undefined if the queue is empty. */
  async take(): Promise<GetMessage | undefined> {
    const { consumer, places } = this.#options;
    places.taken();
    // A suspect that ends the process must not take the acknowledgements of
    // earlier messages with it.
    consumer.flush();
    const source = await consumer.get(this.#name!);
    if (source) places.fill(source.fields.messageCount ?? 0);
    return source;
  }

  /**
   * Resolves when the queue has confirmed the message; rejects when the message
   * is no longer held.
   */
  async add(source: Message, attempt: Attempt): Promise<void> {
    const { consumer, retryQueues, log, places, holds } = this.#options;
    for (;;) {
      try {
        await retryQueues.publish(this.#name!, source, attempt);
        return places.fill(1);
      } catch (error) {
        const { code, message: cause } = error as CaryatidError;
        if (code === "BUS_CLOSED" || !holds(source)) throw error;
        log.warn(
          "[{code}] cannot move a message on {topic} to {queue}; next try in {wait} ms: {cause}",
          {
            code,
            topic: attempt.topic,
            queue: this.#name,
            wait: MOVE_PAUSE,
            cause,
          },
        );
        await this.#pause();
        // The queue may have been deleted.
        await this.check().catch(() => {}); // logged with the next try
        if (!holds(source) || consumer.queue === undefined) throw error;
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.deadlines.add(MOVE_PAUSE, resolve);
    });
  }
}
