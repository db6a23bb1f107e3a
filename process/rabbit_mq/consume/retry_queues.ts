import { CaryatidError } from "@caryatid/sdk";
import { MAX_TIMEOUT } from "@caryatid/sdk/bus";
import type { ChannelModel, Message } from "amqplib";
import { type Attempt, attemptHeaders } from "./delivery.ts";
import type { KeptHeaders } from "./kept_headers.ts";
import { withChannel } from "../connection/channels.ts";
import type { Publisher } from "../publish/publisher.ts";
import { declareWaitingQueue } from "../connection/queues.ts";
import type { RabbitMqSettings } from "../settings.ts";

/** Options of {@linkcode RetryQueues}. */
export interface RetryQueuesOptions {
  readonly settings: RabbitMqSettings;
  readonly publisher: Publisher;
  readonly keptHeaders: KeptHeaders;
}

/**
 * Queues in which messages of groups wait for their next attempt: at the
 * broker, so that the wait outlives the process that failed. There is one
 * durable queue for each length of wait, since only the head of a queue
 * expires. The broker returns a message to the queue of its group by itself.
 */
export class RetryQueues {
  readonly #options: RetryQueuesOptions;
  #connection: ChannelModel | undefined;

  /** Declares a queue when it is needed. */
  constructor(options: RetryQueuesOptions) {
    this.#options = options;
  }

  /** Declares on a new connection from now on. */
  attach(connection: ChannelModel): void {
    this.#connection = connection;
  }

  /** The connection is lost. */
  detach(): void {
    this.#connection = undefined;
  }

  /**
   * Publishes `message` behind the others of the group's `queue`, after `wait`
   * milliseconds, with the id `id`. Resolves when the broker has confirmed the
   * message; until then the sender holds it.
   */
  async postpone(
    queue: string,
    message: Message,
    attempt: Attempt,
    id: string,
    wait: number,
  ): Promise<void> {
    const key = wait < 1 ? queue : await this.#declare(queue, Math.ceil(wait));
    await this.publish(key, message, attempt, id);
  }

  /**
   * Publishes `message` to `queue` with its attempts so far. Rejects if the
   * queue does not exist.
   */
  async publish(
    queue: string,
    message: Message,
    attempt: Attempt,
    id: string | undefined = message.properties.messageId,
  ): Promise<void> {
    const { timestamp, contentType, contentEncoding, appId, type } =
      message.properties;
    const { replyTo, correlationId, priority } = message.properties;
    const own = this.#options.keptHeaders.of(message, attempt.topic);
    const taken = await this.#options.publisher.send({
      exchange: "",
      key: queue,
      body: message.content,
      properties: {
        ...{ timestamp, contentType, contentEncoding, appId, type },
        ...{ replyTo, correlationId, priority },
        persistent: true,
        mandatory: true,
        messageId: id,
        headers: attemptHeaders(attempt, own),
      },
    });
    if (!taken) {
      throw unavailableError(attempt.topic, `found no queue "${queue}"`);
    }
  }

  /**
   * Declares the queue each time: a queue that is not declared for a while
   * expires.
   */
  #declare(queue: string, wait: number): Promise<string> {
    const { settings } = this.#options;
    const connection = this.#connection;
    if (connection === undefined) {
      throw unavailableError(queue, "the bus is not connected");
    }
    return withChannel(
      connection,
      (channel) =>
        declareWaitingQueue(
          channel,
          queue,
          Math.min(wait, MAX_TIMEOUT),
          settings,
        ),
    );
  }
}

function unavailableError(what: string, cause: string): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot redeliver "${what}": ${cause}`,
  );
}
