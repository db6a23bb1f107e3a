import { Deadlines } from "../bus/deadlines.ts";
import { Handlers } from "../bus/handlers.ts";
import { LocalDelivery } from "../bus/local_delivery.ts";
import type { LocalRequest } from "../bus/pending_request.ts";
import { requestTopic } from "../bus/request_topics.ts";
import { Subscribers } from "../bus/subscribers.ts";
import { paced } from "../bus/turn.ts";
import { WaitingRoom } from "../bus/waiting_room.ts";
import type { CaryatidError } from "../errors.ts";
import type { PublishOptions, RequestOptions } from "../message_bus.ts";
import type { VirtualClock } from "./virtual_clock.ts";

const DONE = Promise.resolve();

/** Carries messages and requests in this process, in virtual time. It checks nothing. */
export class MockMedium {
  /** Who listens. */
  readonly subscribers: Subscribers;
  /** Who answers. */
  readonly handlers: Handlers;
  readonly #clock: VirtualClock;
  readonly #deadlines: Deadlines;

  /** `queueSize` is that of subscriptions which name none. */
  constructor(clock: VirtualClock, queueSize: number | undefined) {
    this.#clock = clock;
    const deadlines = this.#deadlines = new Deadlines(clock);
    const room = new WaitingRoom(deadlines);
    this.subscribers = new Subscribers({ room, queueSize });
    this.handlers = new Handlers(deadlines);
  }

  /** Lets those who listen hear a message; resolves when all have it in their queues. */
  deliver(
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
  ): Promise<void> {
    const delivery = new MockDelivery(topic, message, options, this.#clock);
    return paced(this.subscribers.deliver(delivery, options) ?? DONE);
  }

  /** Resolves with the answer of who handles a request. */
  ask(
    topic: string,
    message: unknown,
    options: RequestOptions | undefined,
  ): Promise<unknown> {
    return paced(this.handlers.request(topic, message, options, this.#tell));
  }

  /** Rejects what waits with `error`; what is queued can still be read. */
  end(error: CaryatidError): void {
    this.subscribers.end(error);
    this.handlers.end(error);
    this.#deadlines.close();
  }

  /** Lets those who listen to requests hear one, as on every bus. */
  #tell = (request: LocalRequest): void => {
    const { topic, id, message, options } = request;
    Object.defineProperty(request, "time", { value: this.#clock.now() });
    this.subscribers.overhear(
      new MockDelivery(
        requestTopic(topic, id),
        message,
        { ...options, id },
        this.#clock,
      ),
    );
  };
}

/** A delivery at the time of the virtual clock. */
class MockDelivery extends LocalDelivery {
  override readonly time: number;

  constructor(
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
    clock: VirtualClock,
  ) {
    super(topic, message, options);
    this.time = clock.now();
  }
}
