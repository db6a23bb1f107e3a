import type { Delivery } from "../delivery.ts";
import type { PublishOptions } from "../message_bus.ts";
import { loopTime } from "./event_loop.ts";

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Delivery within this process. Its id is created when it is first read.
 *
 * @example
 * ```ts
 * import { LocalDelivery } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const message = { hello: "world" };
 * const headers = { to: "all" };
 * const delivery = new LocalDelivery("greeting", message, { headers });
 * assert.equal(delivery.message, message);
 * assert.equal(delivery.headers["to"], "all");
 * assert.equal(delivery.id, delivery.id);
 * ```
 */
export class LocalDelivery implements Delivery {
  /** Topic of the publish. */
  readonly topic: string;
  /** The published object. */
  readonly message: unknown;
  /**
   * Time of the publish in milliseconds since 1970, exact to one turn of the
   * event loop. A bus with a virtual clock sets it.
   */
  time: number = loopTime();
  /** Options of the publish. */
  readonly options: PublishOptions | undefined;
  #id: string | undefined;

  /** Keeps the `options` of the publish as they are. */
  constructor(
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
  ) {
    this.topic = topic;
    this.message = message;
    this.options = options;
  }

  /** Id of the publish. */
  get id(): string {
    return this.#id ??= this.options?.id ?? randomId();
  }

  /** Headers of the publish. */
  get headers(): Readonly<Record<string, string>> {
    return this.options?.headers ?? NO_HEADERS;
  }

  /** False: it is delivered for the first time. */
  get redelivered(): boolean {
    return false;
  }
}

/**
 * Delivery that replaces another one: with another message, or as a redelivery.
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
  /** The message. */
  readonly message: T;
  /** True if it was delivered before. */
  readonly redelivered: boolean;
  /** Number of failed attempts, if they are counted. */
  readonly failures: number;
  readonly #first: Delivery;

  /** Replaces `first`. */
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

  /** Topic of the publish. */
  get topic(): string {
    return this.#first.topic;
  }

  /** Id of the publish, unchanged. */
  get id(): string {
    return this.#first.id;
  }

  /** Headers of the publish. */
  get headers(): Readonly<Record<string, string>> {
    return this.#first.headers;
  }

  /** Time of the publish. */
  get time(): number {
    return this.#first.time;
  }
}

/** Returns the number of failed attempts at a delivery of this process. */
export function failuresOf(delivery: Delivery): number {
  return delivery instanceof DerivedDelivery ? delivery.failures : 0;
}

/** Returns the delivery as a redelivery after so many failures. */
export function redeliveryOf(
  delivery: Delivery,
  failures: number = failuresOf(delivery),
): Delivery {
  return new DerivedDelivery(delivery, delivery.message, true, failures);
}

const BYTES_PER_ID = 8;
const pool = new Uint8Array(BYTES_PER_ID * 512);
let used = pool.length;

const HEX = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0"),
);

/**
 * Returns 64 random bits as 16 lower-case hex digits, from the system's
 * generator.
 *
 * It draws 512 ids at a time: one call of `crypto.getRandomValues` costs as
 * much as several requests.
 *
 * @example
 * ```ts
 * import { randomId } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.match(randomId(), /^[0-9a-f]{16}$/);
 * ```
 */
export function randomId(): string {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  let id = "";
  for (const end = used + BYTES_PER_ID; used < end; used++) {
    id += HEX[pool[used]!];
  }
  return id;
}
