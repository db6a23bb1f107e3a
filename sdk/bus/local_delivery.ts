import type { Delivery, PublishOptions } from "../message_bus.ts";
import { randomId } from "./random_id.ts";
import { turnTime } from "./turn.ts";

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/**
 * A delivery within this process. What nobody asks for is never made.
 *
 * @example
 * ```ts
 * import { LocalDelivery } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const message = { hello: "world" };
 * const delivery = new LocalDelivery("greeting", message, { headers: { to: "all" } });
 * assert.equal(delivery.message, message);
 * assert.equal(delivery.headers["to"], "all");
 * assert.equal(delivery.id, delivery.id);
 * ```
 */
export class LocalDelivery implements Delivery {
  /** The topic it was published on. */
  readonly topic: string;
  /** What was published: the very object. */
  readonly message: unknown;
  /** When it was published: milliseconds since 1970, exact to one turn of the event loop. */
  readonly time: number = turnTime();
  /** Those of the publish. */
  readonly options: PublishOptions | undefined;
  #id: string | undefined;

  /** `options` are those of the publish, kept as they are. */
  constructor(
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
  ) {
    this.topic = topic;
    this.message = message;
    this.options = options;
  }

  /** Names this publish. */
  get id(): string {
    return this.#id ??= this.options?.id ?? randomId();
  }

  /** What the publisher put beside the message. */
  get headers(): Readonly<Record<string, string>> {
    return this.options?.headers ?? NO_HEADERS;
  }

  /** It is handed out for the first time. */
  get redelivered(): boolean {
    return false;
  }
}

/**
 * A delivery like another one, but for its message or for having been handed out before.
 *
 * @example
 * ```ts
 * import { DerivedDelivery, LocalDelivery } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const first = new LocalDelivery("number", "1", undefined);
 * const parsed = new DerivedDelivery(first, 1, first.redelivered);
 * assert.equal(parsed.message, 1);
 * assert.equal(parsed.id, first.id);
 * ```
 */
export class DerivedDelivery<T = unknown> implements Delivery<T> {
  /** What is delivered. */
  readonly message: T;
  /** Whether it was handed out before. */
  readonly redelivered: boolean;
  /** How many attempts at it have failed, where somebody counts. */
  readonly failures: number;
  readonly #first: Delivery;

  /** `first` is the delivery that this one stands for. */
  constructor(
    first: Delivery,
    message: T,
    redelivered: boolean,
    failures: number = 0,
  ) {
    this.#first = first;
    this.message = message;
    this.redelivered = redelivered;
    this.failures = failures;
  }

  /** The topic it was published on. */
  get topic(): string {
    return this.#first.topic;
  }

  /** Names this publish, as the first time. */
  get id(): string {
    return this.#first.id;
  }

  /** What the publisher put beside the message. */
  get headers(): Readonly<Record<string, string>> {
    return this.#first.headers;
  }

  /** When it was published. */
  get time(): number {
    return this.#first.time;
  }
}

/** How many attempts at a delivery of this process have failed. */
export function failuresOf(delivery: Delivery): number {
  return delivery instanceof DerivedDelivery ? delivery.failures : 0;
}

/** The same delivery, to be given out once more after so many failures. */
export function givenAgain(
  delivery: Delivery,
  failures: number = failuresOf(delivery),
): Delivery {
  return new DerivedDelivery(delivery, delivery.message, true, failures);
}
