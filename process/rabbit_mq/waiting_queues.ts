import { CaryatidError } from "@caryatid/sdk";
import { MAX_TIMEOUT } from "@caryatid/sdk/bus";
import type { ChannelModel, Message } from "amqplib";
import { type Attempt, attemptHeaders } from "./attempt.ts";
import { withChannel } from "./channels.ts";
import type { Publisher } from "./publisher.ts";
import { declareWaitingQueue } from "./queues.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** What {@linkcode WaitingQueues} work with. */
export interface WaitingQueuesOptions {
  readonly settings: RabbitMqSettings;
  readonly publisher: Publisher;
}

/**
 * Where messages of groups wait until they are given again: at the broker, so that the wait outlives whoever failed. There is one
 * durable queue for each length of wait, since only the head of a queue expires: all in it wait as long. What has waited goes back
 * to the queue of the group by itself, whether somebody is there or not.
 */
export class WaitingQueues {
  readonly #options: WaitingQueuesOptions;
  #connection: ChannelModel | undefined;

  /** Nothing is declared before it is needed. */
  constructor(options: WaitingQueuesOptions) {
    this.#options = options;
  }

  /** A new connection, to declare on. */
  attach(connection: ChannelModel): void {
    this.#connection = connection;
  }

  /** The connection is gone. */
  detach(): void {
    this.#connection = undefined;
  }

  /**
   * Puts `message` of the group's `queue` back behind the others, after `wait` milliseconds, under the name `id`. Resolves when the
   * broker has confirmed that; until then it is the sender's to return.
   */
  async postpone(
    queue: string,
    message: Message,
    attempt: Attempt,
    id: string,
    wait: number,
  ): Promise<void> {
    const key = wait < 1 ? queue : await this.#declare(queue, Math.ceil(wait));
    const { timestamp, contentType, contentEncoding, appId, type } =
      message.properties;
    const { replyTo, correlationId, priority } = message.properties;
    const taken = await this.#options.publisher.send({
      exchange: "",
      key,
      body: message.content,
      properties: {
        ...{ timestamp, contentType, contentEncoding, appId, type },
        ...{ replyTo, correlationId, priority },
        persistent: true,
        mandatory: true,
        messageId: id,
        headers: attemptHeaders(message, attempt),
      },
    });
    if (!taken) throw unavailableError(attempt.topic, "its queue is gone");
  }

  /** Each time: a queue that nobody declares for a while expires. */
  #declare(queue: string, wait: number): Promise<string> {
    const { settings } = this.#options;
    const connection = this.#connection;
    if (connection === undefined) {
      throw unavailableError(queue, "there is no connection");
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
    `Cannot have "${what}" wait: ${cause}`,
  );
}
