import {
  type BusAbilities,
  type BusSubscribeOptions,
  CaryatidError,
  type HandleOptions,
  type Handler,
  type Handling,
  type MessageBus,
  type PublishOptions,
  type RequestOptions,
  type Subscription,
  validatePattern,
  validateTopic,
} from "@caryatid/sdk";
import {
  BackPressure,
  checkConcurrency,
  checkRetry,
  checkSubscribeOptions,
  checkTimeout,
  CLOSED,
  ClosedHandling,
  ClosedSubscription,
  CONNECTED,
  validateRequestTopic,
} from "@caryatid/sdk/bus";
import { fromWireError } from "../wire_error.ts";
import { type Frame, FROM_GUEST, FROM_HOST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { BridgeDelivery, BridgeRequest } from "./bridge_delivery.ts";
import { BridgeHandling } from "./bridge_handling.ts";
import { BridgeSends } from "./bridge_sends.ts";
import { BridgeSubscription } from "./bridge_subscription.ts";

const DONE = Promise.resolve();

/** Options of {@linkcode BridgeBus}. */
export interface BridgeBusOptions {
  /** Carries frames to the host. */
  readonly outbox: Outbox;
  /** Abilities of the host's bus. */
  readonly abilities: BusAbilities;
  /** Maximum size of a message, in bytes. */
  readonly messageSize: number;
  /** True if the host keeps queues when the module fails. */
  readonly keep: boolean;
}

/**
 * A bus at the other side of a bridge. Messages are encoded when they are
 * published, so that a later change does not cross.
 */
export class BridgeBus implements MessageBus {
  readonly abilities: BusAbilities;
  readonly #outbox: Outbox;
  readonly #keep: boolean;
  readonly #sends: BridgeSends;
  readonly #backPressure = new BackPressure();
  readonly #subscriptions = new Map<number, BridgeSubscription>();
  readonly #handlings = new Map<number, BridgeHandling>();
  readonly #requests = new Map<number, BridgeRequest>();
  readonly #touched = new Set<BridgeSubscription>();
  #id = 0;
  #closing: Promise<void> | undefined;
  readonly #ended = Promise.withResolvers<void>();

  /** The owner of the link passes received frames to `receive`. */
  constructor({ outbox, abilities, messageSize, keep }: BridgeBusOptions) {
    this.abilities = { ...abilities, external: true };
    this.#outbox = outbox;
    outbox.messageSize = messageSize;
    this.#keep = keep;
    this.#sends = new BridgeSends(outbox);
    outbox.onFlush = () => {
      for (const subscription of this.#touched) subscription.report();
      this.#touched.clear();
    };
  }

  /**
   * Returns `connected` as long as the bridge is open. Only the other side
   * knows the state of the real bus.
   */
  health(): ReturnType<MessageBus["health"]> {
    return this.#closing ? CLOSED : CONNECTED;
  }

  open(): Promise<void> {
    return this.#closing ? Promise.reject(closedError("open")) : DONE;
  }

  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    try {
      validateTopic(topic);
      checkTimeout(options?.timeout, 1);
      if (this.#closing) throw closedError(`publish on "${topic}"`);
      return this.#sends.publish(topic, message, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    try {
      validateRequestTopic(topic);
      checkTimeout(options?.timeout, 1);
      if (this.#closing) throw closedError(`request on "${topic}"`);
      return this.#sends.request(topic, message, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  subscribe(pattern: string, options: BusSubscribeOptions = {}): Subscription {
    if (this.#closing) {
      const error = closedError(`subscribe to "${pattern}"`);
      return new ClosedSubscription(pattern, error);
    }
    validatePattern(pattern);
    checkSubscribeOptions(options);
    const id = this.#id++;
    const { group, queueSize, overflow, retry, where, filter } = options;
    const chooses = (where ?? filter) !== undefined &&
      (group ?? retry) === undefined;
    this.#add([FROM_GUEST.subscribe, id, pattern, {
      group,
      queueSize,
      overflow: chooses ? undefined : overflow,
      retry: retry && { ...retry },
    }]);
    const subscription = new BridgeSubscription({
      id,
      pattern,
      options,
      backPressure: this.#backPressure,
      keep: this.#keep,
      send: (frame) => this.#add(frame),
      touch: (subscription) => {
        this.#touched.add(subscription);
        this.#outbox.touch();
      },
      onClosed: () => this.#subscriptions.delete(id),
    });
    this.#subscriptions.set(id, subscription);
    return subscription;
  }

  handle(
    pattern: string,
    handler: Handler,
    options: HandleOptions = {},
  ): Handling {
    if (this.#closing) {
      return new ClosedHandling(pattern, closedError(`handle "${pattern}"`));
    }
    validatePattern(pattern);
    const concurrency = checkConcurrency(options);
    const retry = checkRetry(options);
    const id = this.#id++;
    this.#add([FROM_GUEST.handle, id, pattern, { concurrency, retry }]);
    const handling = new BridgeHandling({
      id,
      pattern,
      handler,
      options,
      send: (frame) => this.#add(frame),
      onClosed: () => this.#handlings.delete(id),
    });
    this.#handlings.set(id, handling);
    return handling;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Reports to the host which loops were left because the module failed with
   * `error`.
   */
  blame(error: unknown): void {
    for (const subscription of this.#subscriptions.values()) {
      subscription.blame(error);
    }
  }

  /** Handles a frame of the host. Returns false if a bus has no such frame. */
  receive(items: readonly unknown[]): boolean {
    const number = items[1] as number;
    switch (items[0]) {
      case FROM_HOST.deliver:
        this.#subscriptions.get(number)?.arrive(new BridgeDelivery(items));
        return true;
      case FROM_HOST.accepted:
        this.#sends.accepted(number, items[2] as number);
        return true;
      case FROM_HOST.answered:
        this.#sends.take(number)?.resolve(items[2]);
        return true;
      case FROM_HOST.refused:
        this.#sends.take(number)?.reject(fromWireError(items[2])!);
        return true;
      case FROM_HOST.ask:
        this.#ask(number, items);
        return true;
      default:
        return this.#receiveRare(items);
    }
  }

  #receiveRare(items: readonly unknown[]): boolean {
    const number = items[1] as number;
    switch (items[0]) {
      case FROM_HOST.state: {
        const [queued, dropped, waitingPublishers] = items.slice(2) as number[];
        this.#subscriptions.get(number)?.state(
          queued!,
          dropped!,
          waitingPublishers!,
        );
        return true;
      }
      case FROM_HOST.credit:
        this.#outbox.grant(number);
        return true;
      case FROM_HOST.ready:
        this.#held(number)?.isReady();
        return true;
      case FROM_HOST.closed:
        this.#held(number)?.isClosed(fromWireError(items[2]));
        return true;
      case FROM_HOST.abandon:
        this.#requests.get(number)?.abandon(fromWireError(items[2]));
        return true;
      case FROM_HOST.end:
        this.end(fromWireError(items[1]));
        return true;
      default:
        return false;
    }
  }

  #add(frame: Frame): void {
    this.#outbox.add(frame);
  }

  #ask(number: number, items: readonly unknown[]): void {
    const handling = this.#handlings.get(items[2] as number);
    // The other side drops a request for a handling that is closed here.
    if (handling === undefined) return;
    const request = new BridgeRequest(items);
    this.#requests.set(number, request);
    handling.work(number, request, () => this.#requests.delete(number));
  }

  #held(id: number): BridgeSubscription | BridgeHandling | undefined {
    return this.#subscriptions.get(id) ?? this.#handlings.get(id);
  }

  /** Rejects pending calls, and closes the bus at the host. */
  async #close(): Promise<void> {
    this.#closing = DONE; // no new calls meanwhile
    this.#settle(closedError("continue"));
    this.#add([FROM_GUEST.bye]);
    await this.#ended.promise;
  }

  /** Ends a bus that the host has closed: further calls reject. */
  end(error: CaryatidError = closedError("continue")): void {
    this.#closing ??= DONE;
    this.#settle(error);
    for (const handling of [...this.#handlings.values()]) {
      handling.isClosed(error);
    }
    this.#backPressure.deadlines.close();
    this.#ended.resolve();
  }

  #settle(error: CaryatidError): void {
    this.#sends.abandon(error);
    for (const subscription of this.#subscriptions.values()) {
      subscription.isClosed(error);
      subscription.end();
    }
    this.#subscriptions.clear();
  }
}

function closedError(what: string): CaryatidError {
  return new CaryatidError("BUS_CLOSED", `Cannot ${what}: the bus is closed`);
}
