import type { CaryatidError, Log } from "@caryatid/sdk";
import { BackPressure, type Deadlines } from "@caryatid/sdk/bus";
import type { ChannelModel } from "amqplib";
import { DeadLetterPublisher } from "../dead_letters/publisher.ts";
import { Channels } from "../connection/channels.ts";
import { DeadLetterStore } from "../dead_letters/store.ts";
import type { ConnectionUser } from "../connection/link.ts";
import type { Names } from "../connection/topology.ts";
import type { Publisher } from "../publish/publisher.ts";
import { KeptHeaders } from "./kept_headers.ts";
import { Requester } from "./requester.ts";
import { Responder } from "./responder.ts";
import type { RabbitMqSettings } from "../settings.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TopologyWatch } from "./topology_watch.ts";
import { RetryQueues } from "./retry_queues.ts";

/** Options of {@linkcode ConsumingSide}. */
export interface ConsumingSideOptions {
  readonly names: Names;
  readonly settings: RabbitMqSettings;
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  /** Id of the bus, which marks the messages that it sends. */
  readonly origin: string;
  /** Returns the reason why no message can be sent or received now. */
  readonly outage: () => CaryatidError | undefined;
  readonly log: Log;
}

/**
 * Parts of a bus that use its consuming connection: subscriptions, handlers,
 * and requests that wait for answers.
 */
export class ConsumingSide implements ConnectionUser {
  readonly subscriptions: Subscriptions;
  readonly requester: Requester;
  readonly responder: Responder;
  readonly deadLetterPublisher: DeadLetterPublisher;
  readonly deadLetters: DeadLetterStore;
  readonly #retryQueues: RetryQueues;
  readonly #watch: TopologyWatch;
  #attached = Promise.withResolvers<void>();

  /** Not connected yet. */
  constructor(options: ConsumingSideOptions) {
    const { deadlines, log } = options;
    const keptHeaders = new KeptHeaders(log);
    const deadLetterPublisher = this.deadLetterPublisher =
      new DeadLetterPublisher({ ...options, keptHeaders });
    const retryQueues = this.#retryQueues = new RetryQueues({
      ...options,
      keptHeaders,
    });
    this.deadLetters = new DeadLetterStore({ ...options, deadLetterPublisher });
    this.subscriptions = new Subscriptions({
      ...options,
      deadLetterPublisher,
      retryQueues,
      backPressure: new BackPressure(deadlines),
      onQueueLost: (since) => this.#watch.reportLostQueue(since),
    });
    this.requester = new Requester(options);
    this.responder = new Responder(options);
    this.#watch = new TopologyWatch({
      ...options,
      rebind: () => this.#rebind(),
      onSurvey: (message) => deadLetterPublisher.answer(message),
      observes: () => this.subscriptions.observes,
      bound: () => [...this.subscriptions.bound, ...this.responder.bound],
    });
  }

  /** Resolves when all queues are bound and consumed on a connection. */
  get attached(): Promise<void> {
    return this.#attached.promise;
  }

  async attach(connection: ChannelModel): Promise<void> {
    const channels = new Channels(connection);
    await this.#watch.attach(connection, channels);
    await this.deadLetterPublisher.attach(connection);
    this.deadLetters.attach(connection);
    this.#retryQueues.attach(connection);
    // Handlers are attached before the requester: a request that waits for the
    // connection would not find them otherwise.
    await Promise.all([
      this.subscriptions.attach(channels),
      this.responder.attach(channels),
    ]);
    this.#attached.resolve();
    await this.requester.attach(channels);
  }

  detach(): void {
    this.#attached = Promise.withResolvers();
    this.#watch.detach();
    this.deadLetterPublisher.detach();
    this.deadLetters.detach();
    this.#retryQueues.detach();
    this.requester.detach();
    this.subscriptions.detach();
    this.responder.detach();
  }

  /** Receives no more messages and requests. Answers still arrive. */
  async stopIntake(): Promise<void> {
    await Promise.all([
      this.subscriptions.stopIntake(),
      this.responder.stopIntake(),
    ]);
  }

  /** Stops receiving answers, ends loops, and lets handlers finish. */
  async end(error: CaryatidError): Promise<void> {
    // Each of them waits for the broker to close a channel.
    await Promise.all([
      this.#watch.end(),
      this.requester.end(),
      this.subscriptions.end(error),
      this.responder.end(),
    ]);
  }

  async #rebind(): Promise<void> {
    await Promise.all([
      this.subscriptions.rebind(),
      this.responder.rebind(),
    ]);
  }
}
