import type {
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  OpenOptions,
  PublishOptions,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "../message_bus.ts";
import type { Activity } from "./activity.ts";

/** The bus as a module under test has it: whatever the module waits for there is booked as a wait. */
export class WatchedBus implements MessageBus {
  readonly #bus: MessageBus;
  readonly #activity: Activity;

  /** Does all that `bus` does. */
  constructor(bus: MessageBus, activity: Activity) {
    this.#bus = bus;
    this.#activity = activity;
  }

  get abilities(): MessageBus["abilities"] {
    return this.#bus.abilities;
  }

  open(options?: OpenOptions): Promise<void> {
    return this.#bus.open(options);
  }

  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    return this.#activity.wait(
      `publish on "${topic}"`,
      this.#bus.publish(topic, message, options),
    );
  }

  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    const subscription = this.#bus.subscribe(
      pattern,
      this.#watchAccept(pattern, options),
    );
    const start = subscription[Symbol.asyncIterator].bind(subscription);
    subscription[Symbol.asyncIterator] = () => {
      const loop = start();
      const next = loop.next.bind(loop);
      loop.next = () =>
        this.#activity.wait(`a delivery of "${pattern}"`, next());
      return loop;
    };
    return subscription;
  }

  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    return this.#activity.wait(
      `request on "${topic}"`,
      this.#bus.request(topic, message, options),
    );
  }

  handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    const name = `the handler of "${pattern}"`;
    return this.#bus.handle(
      pattern,
      (request) => this.#activity.run(name, () => handler(request)),
      options,
    );
  }

  close(): Promise<void> {
    return this.#bus.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A loop whose delivery is looked at waits, but not only for what a test controls. */
  #watchAccept(
    pattern: string,
    options: SubscribeOptions | undefined,
  ): SubscribeOptions | undefined {
    const accept = options?.accept;
    if (accept === undefined) return options;
    return {
      ...options,
      accept: (delivery) => {
        const accepted = accept(delivery);
        return accepted instanceof Promise
          ? this.#activity.run(`a check for "${pattern}"`, () => accepted)
          : accepted;
      },
    };
  }
}
