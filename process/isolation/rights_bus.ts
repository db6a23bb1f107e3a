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
} from "@caryatid/sdk";
import type { Rights } from "./rights.ts";

/**
 * The bus as a module with rights has it: passes on what the module may do, and refuses the rest with `FORBIDDEN`, before it is
 * counted or sent. On the side of the host, so that the code of the module can't change it.
 *
 * Narrows nothing in silence: a pattern of which some topics aren't granted is refused as a whole.
 */
export class RightsBus implements MessageBus {
  readonly #bus: MessageBus;
  readonly #rights: Rights;

  /** `bus` is the next one. */
  constructor(bus: MessageBus, rights: Rights) {
    this.#bus = bus;
    this.#rights = rights;
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
    try {
      if (!this.#rights.mayPublish(topic)) {
        return Promise.reject(this.#rights.forbidden("publish", topic));
      }
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#bus.publish(topic, message, options);
  }

  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    this.#rights.check("subscribe", pattern);
    const heard = this.#rights.heard(pattern);
    return this.#bus.subscribe(
      pattern,
      heard ? narrowed(options, heard) : options,
    );
  }

  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    try {
      if (!this.#rights.mayRequest(topic)) {
        return Promise.reject(this.#rights.forbidden("request", topic));
      }
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#bus.request(topic, message, options);
  }

  handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    this.#rights.check("handle", pattern);
    return this.#bus.handle(pattern, handler, options);
  }

  close(): Promise<void> {
    return this.#bus.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A group has one filter for all its members, in memory that of the first one; what each wants for itself is its `where`. */
function narrowed(
  options: SubscribeOptions = {},
  heard: (topic: string) => boolean,
): SubscribeOptions {
  const { group, filter, where } = options;
  return group === undefined
    ? {
      ...options,
      filter: (topic) => heard(topic) && (filter?.(topic) ?? true),
    }
    : {
      ...options,
      where: (delivery) => heard(delivery.topic) && (where?.(delivery) ?? true),
    };
}
