import type { CaryatidError, Log } from "@caryatid/sdk";
import { type Deadlines, WaitingRoom } from "@caryatid/sdk/bus";
import type { ChannelModel } from "amqplib";
import { Cemetery } from "./cemetery.ts";
import { Channels } from "./channels.ts";
import { DeadLetterBox } from "./dead_letter_box.ts";
import type { Resident } from "./link.ts";
import type { Names } from "./names.ts";
import type { Publisher } from "./publisher.ts";
import { Redeliveries } from "./redeliveries.ts";
import { Requester } from "./requester.ts";
import { Responder } from "./responder.ts";
import type { RabbitMqSettings } from "./settings.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TopologyWatch } from "./topology_watch.ts";
import { WaitingQueues } from "./waiting_queues.ts";

/** What a {@linkcode ConsumingSide} is made of. */
export interface ConsumingSideOptions {
  readonly names: Names;
  readonly settings: RabbitMqSettings;
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  /** What this bus marks its own messages with. */
  readonly origin: string;
  readonly log: Log;
}

/** All of a bus that lives on its consuming connection: who listens, who answers, who waits for answers. */
export class ConsumingSide implements Resident {
  readonly subscriptions: Subscriptions;
  readonly requester: Requester;
  readonly responder: Responder;
  readonly cemetery: Cemetery;
  readonly deadLetters: DeadLetterBox;
  readonly #waitingQueues: WaitingQueues;
  readonly #watch: TopologyWatch;

  /** Not connected yet. */
  constructor(options: ConsumingSideOptions) {
    const { settings, deadlines, log } = options;
    const cemetery = this.cemetery = new Cemetery(options);
    const waitingQueues = this.#waitingQueues = new WaitingQueues(options);
    this.deadLetters = new DeadLetterBox({ ...options, cemetery });
    this.subscriptions = new Subscriptions({
      ...options,
      cemetery,
      waitingQueues,
      room: new WaitingRoom(deadlines),
      redeliveries: new Redeliveries(settings, log),
    });
    this.requester = new Requester(options);
    this.responder = new Responder(options);
    this.#watch = new TopologyWatch({
      ...options,
      interval: settings.heartbeat * 1000,
      rebind: () => this.#rebind(),
    });
  }

  async attach(connection: ChannelModel): Promise<void> {
    const channels = new Channels(connection);
    await this.#watch.attach(connection, channels);
    await this.cemetery.attach(connection);
    this.deadLetters.attach(connection);
    this.#waitingQueues.attach(connection);
    await Promise.all([
      this.subscriptions.attach(channels),
      // Handlers first: a request that waits for the connection would find none.
      this.responder.attach(channels)
        .then(() => this.requester.attach(channels)),
    ]);
  }

  detach(): void {
    this.#watch.detach();
    this.cemetery.detach();
    this.deadLetters.detach();
    this.#waitingQueues.detach();
    this.requester.detach();
    this.subscriptions.detach();
    this.responder.detach();
  }

  /** Takes no answers any more, ends loops, lets handlers finish. */
  async end(error: CaryatidError): Promise<void> {
    await this.#watch.end();
    await this.requester.end();
    await this.subscriptions.end(error);
    await this.responder.end();
  }

  async #rebind(): Promise<void> {
    await Promise.all([
      this.subscriptions.rebind(),
      this.responder.rebind(),
    ]);
  }
}
