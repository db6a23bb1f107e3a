import {
  type BusAbilities,
  CaryatidError,
  type HandleOptions,
  type Handler,
  type Handling,
  type MessageBus,
  type PublishOptions,
  type RequestOptions,
  type SubscribeOptions,
  type Subscription,
  validatePattern,
  validateTopic,
} from "@caryatid/sdk";
import {
  checkConcurrency,
  checkRetry,
  checkSubscribeOptions,
  checkTimeout,
  validateRequestTopic,
  WaitingRoom,
} from "@caryatid/sdk/bus";
import { ClosedHandling, ClosedSubscription } from "../../buses/closed.ts";
import { arrived } from "../crossing_error.ts";
import { type Frame, FROM_GUEST, FROM_HOST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { BridgeDelivery, BridgeRequest } from "./bridge_delivery.ts";
import { BridgeHandling } from "./bridge_handling.ts";
import { BridgeSends } from "./bridge_sends.ts";
import { BridgeSubscription } from "./bridge_subscription.ts";

const DONE = Promise.resolve();

/** What a {@linkcode BridgeBus} is made of. */
export interface BridgeBusOptions {
  /** Where frames for the host go. */
  readonly outbox: Outbox;
  /** What the host's bus can do. */
  readonly abilities: BusAbilities;
  /** The longest message, in bytes. */
  readonly messageSize: number;
  /** Whether the host keeps queues when the module fails. */
  readonly keep: boolean;
}

/**
 * The bus of a guest: each call goes over the bridge to the bus that its host has for it. Messages are encoded as they are
 * published, so a later change doesn't cross.
 */
export class BridgeBus implements MessageBus {
  readonly abilities: BusAbilities;
  readonly #outbox: Outbox;
  readonly #messageSize: number;
  readonly #keep: boolean;
  readonly #sends: BridgeSends;
  readonly #room = new WaitingRoom();
  readonly #subscriptions = new Map<number, BridgeSubscription>();
  readonly #handlings = new Map<number, BridgeHandling>();
  readonly #requests = new Map<number, BridgeRequest>();
  readonly #touched = new Set<BridgeSubscription>();
  #id = 0;
  #closing: Promise<void> | undefined;
  readonly #ended = Promise.withResolvers<void>();

  /** Whoever made the link gives this what comes over it. */
  constructor({ outbox, abilities, messageSize, keep }: BridgeBusOptions) {
    this.abilities = { ...abilities, external: true };
    this.#outbox = outbox;
    this.#messageSize = messageSize;
    this.#keep = keep;
    this.#sends = new BridgeSends(outbox, messageSize);
    outbox.onFlush = () => {
      for (const subscription of this.#touched) subscription.report();
      this.#touched.clear();
    };
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

  subscribe(pattern: string, options: SubscribeOptions = {}): Subscription {
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
      room: this.#room,
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
      send: (frame) => this.#add(frame, this.#messageSize),
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

  /** The module failed with `error`: the host is to hear which loops were left by that. */
  blame(error: unknown): void {
    for (const subscription of this.#subscriptions.values()) {
      subscription.blame(error);
    }
  }

  /** Deals with a frame of the host. Says whether it was one for a bus. */
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
        this.#sends.take(number)?.reject(arrived(items[2])!);
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
        const [depth, dropped, heldUp] = items.slice(2) as number[];
        this.#subscriptions.get(number)?.state(depth!, dropped!, heldUp!);
        return true;
      }
      case FROM_HOST.credit:
        this.#outbox.grant(number);
        return true;
      case FROM_HOST.ready:
        this.#held(number)?.isReady();
        return true;
      case FROM_HOST.closed:
        this.#held(number)?.isClosed(arrived(items[2]));
        return true;
      case FROM_HOST.abandon:
        this.#requests.get(number)?.abandon(arrived(items[2]));
        return true;
      case FROM_HOST.end:
        this.end(arrived(items[1]));
        return true;
      default:
        return false;
    }
  }

  #add(frame: Frame, messageSize?: number): void {
    this.#outbox.add(frame, messageSize);
  }

  #ask(number: number, items: readonly unknown[]): void {
    const handling = this.#handlings.get(items[2] as number);
    const request = new BridgeRequest(items);
    this.#requests.set(number, request);
    // The host has given up one that comes to a handling which is gone.
    handling?.work(number, request, () => this.#requests.delete(number));
  }

  #held(id: number): BridgeSubscription | BridgeHandling | undefined {
    return this.#subscriptions.get(id) ?? this.#handlings.get(id);
  }

  /** Rejects what waits, and tells the host. */
  async #close(): Promise<void> {
    this.#closing = DONE; // no new ones meanwhile
    this.#settle(closedError("go on"));
    this.#add([FROM_GUEST.bye]);
    await this.#ended.promise;
  }

  /** The host has closed it: calls reject from here on. */
  end(error: CaryatidError = closedError("go on")): void {
    this.#closing ??= DONE;
    this.#settle(error);
    for (const handling of [...this.#handlings.values()]) {
      handling.isClosed(error);
    }
    this.#room.deadlines.close();
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
