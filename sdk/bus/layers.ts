import type { DeadLetters } from "../dead_letters.ts";
import type { BusHealth } from "../health.ts";
import type { Delivery } from "../delivery.ts";
import type { HandleOptions, Handler, Handling } from "../handling.ts";
import type {
  BusAbilities,
  MessageBus,
  OpenOptions,
  PublishOptions,
  RequestOptions,
} from "../message_bus.ts";
import type { BusSubscribeOptions, Subscription } from "../subscription.ts";

/**
 * Base class of a bus that wraps another bus. It forwards every call; a
 * subclass overrides only what it changes.
 *
 * Override `publish` and `request` if their rate matters: a call site that all
 * layers share is slower than a separate one in the layer.
 *
 * @example A bus that counts its messages
 * ```ts
 * import type { PublishOptions } from "@caryatid/sdk";
 * import { BusLayer, InMemoryBus } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * class CountingBus extends BusLayer {
 *   published = 0;
 *
 *   override publish(
 *     topic: string,
 *     message: unknown,
 *     options?: PublishOptions,
 *   ) {
 *     this.published++;
 *     return super.publish(topic, message, options);
 *   }
 * }
 *
 * await using bus = new CountingBus(new InMemoryBus());
 * await bus.publish("a", 1);
 * assert.equal(bus.published, 1);
 * ```
 */
export class BusLayer implements MessageBus {
  /** The wrapped bus. */
  protected readonly inner: MessageBus;

  /** Wraps `inner`. */
  constructor(inner: MessageBus) {
    this.inner = inner;
  }

  /** Abilities of the wrapped bus. */
  get abilities(): BusAbilities {
    return this.inner.abilities;
  }

  /** Dead letters of the wrapped bus. */
  get deadLetters(): DeadLetters | undefined {
    return this.inner.deadLetters;
  }

  /** Returns the health of the wrapped bus. */
  health(pattern?: string): readonly BusHealth[] {
    return this.inner.health(pattern);
  }

  /** Opens the wrapped bus. */
  open(options?: OpenOptions): Promise<void> {
    return this.inner.open(options);
  }

  /** Publishes on the wrapped bus. */
  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    return this.inner.publish(topic, message, options);
  }

  /** Subscribes on the wrapped bus. */
  subscribe(pattern: string, options?: BusSubscribeOptions): Subscription {
    return this.inner.subscribe(pattern, options);
  }

  /** Makes the request on the wrapped bus. */
  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    return this.inner.request(topic, message, options);
  }

  /** Handles requests of the wrapped bus. */
  handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    return this.inner.handle(pattern, handler, options);
  }

  /** Closes the wrapped bus. */
  close(): Promise<void> {
    return this.inner.close();
  }

  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Base class of a subscription that wraps another one. It forwards everything;
 * a subclass overrides only what it changes.
 *
 * @example A subscription that logs its end
 * ```ts
 * import { InMemoryBus, SubscriptionLayer } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const closed: string[] = [];
 * class LoggedSubscription extends SubscriptionLayer {
 *   override close(): Promise<void> {
 *     closed.push(this.pattern);
 *     return super.close();
 *   }
 * }
 *
 * await using bus = new InMemoryBus();
 * await new LoggedSubscription(bus.subscribe("a.*")).close();
 * assert.deepEqual(closed, ["a.*"]);
 * ```
 */
export class SubscriptionLayer implements Subscription {
  /** Pattern of the subscription. */
  readonly pattern: string;
  /** Settles as the first wrapped subscription does. */
  readonly ready: Promise<void>;
  /** The wrapped subscription; a subclass may replace it. */
  protected inner: Subscription;

  /** Wraps `inner`. */
  constructor(inner: Subscription) {
    this.pattern = inner.pattern;
    this.ready = inner.ready;
    this.inner = inner;
  }

  /** Number of unread messages. */
  get queued(): number {
    return this.inner.queued;
  }

  /** Number of deliveries that loops work on. */
  get inFlight(): number {
    return this.inner.inFlight;
  }

  /** Number of loops that wait for a delivery. */
  get readers(): number {
    return this.inner.readers;
  }

  /** Number of publishers that wait for room in the queue. */
  get waitingPublishers(): number {
    return this.inner.waitingPublishers;
  }

  /** Number of deliveries that loops have taken. */
  get taken(): number | undefined {
    return this.inner.taken;
  }

  /** Number of lost messages. */
  get dropped(): number {
    return this.inner.dropped;
  }

  /** True once the subscription is closed. */
  get closed(): boolean {
    return this.inner.closed;
  }

  /** Starts a loop of the wrapped subscription. */
  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    return this.inner[Symbol.asyncIterator]();
  }

  /** Rejects a delivery of the wrapped subscription. */
  reject(delivery: Delivery, error: unknown, attempts?: number): boolean {
    return this.inner.reject(delivery, error, attempts);
  }

  /** Counts a further attempt at a delivery, if a wrapped layer counts. */
  countRetry(): void {
    this.inner.countRetry?.();
  }

  /** Sets the behavior of the wrapped subscription's full queue. */
  dropWhenFull(on: boolean): void {
    this.inner.dropWhenFull(on);
  }

  /** Closes the wrapped subscription. */
  close(): Promise<void> {
    return this.inner.close();
  }

  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Base class of a handling that wraps another one. It forwards everything; a
 * subclass overrides only what it changes.
 *
 * @example A handling that logs its end
 * ```ts
 * import { HandlingLayer, InMemoryBus } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const closed: string[] = [];
 * class LoggedHandling extends HandlingLayer {
 *   override close(): Promise<void> {
 *     closed.push(this.pattern);
 *     return super.close();
 *   }
 * }
 *
 * await using bus = new InMemoryBus();
 * await new LoggedHandling(bus.handle("double", () => 2)).close();
 * assert.deepEqual(closed, ["double"]);
 * ```
 */
export class HandlingLayer implements Handling {
  /** Pattern of the handling. */
  readonly pattern: string;
  /** Settles as the wrapped handling does. */
  readonly ready: Promise<void>;
  /** The wrapped handling. */
  protected readonly inner: Handling;

  /** Wraps `inner`. */
  constructor(inner: Handling) {
    this.pattern = inner.pattern;
    this.ready = inner.ready;
    this.inner = inner;
  }

  /** Number of requests that the handler works on. */
  get running(): number {
    return this.inner.running;
  }

  /** True once the handling is closed. */
  get closed(): boolean {
    return this.inner.closed;
  }

  /** Closes the wrapped handling. */
  close(): Promise<void> {
    return this.inner.close();
  }

  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
