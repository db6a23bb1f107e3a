import type {
  BusSubscribeOptions,
  CaryatidError,
  Delivery,
} from "@caryatid/sdk";
import {
  acceptWhere,
  type BackPressure,
  QueueSubscription,
  SKIPPED,
} from "@caryatid/sdk/bus";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import { toWireError } from "../wire_error.ts";
import { type Frame, FROM_GUEST } from "../frames.ts";
import { violation } from "../protocol_errors.ts";
import type { BridgeDelivery } from "./bridge_delivery.ts";
import {
  type BridgeQueue,
  type BridgeQueueOptions,
  DemandQueue,
  type HostState,
  SlotQueue,
} from "./bridge_queues.ts";
import { ChoosingQueue } from "./choosing_queue.ts";

/** Options of {@linkcode BridgeSubscription}. */
export interface BridgeSubscriptionOptions {
  readonly id: number;
  readonly pattern: string;
  readonly options: BusSubscribeOptions;
  readonly backPressure: BackPressure;
  /**
   * True if the host keeps the queue when the module fails. Then it needs to
   * know whether the failure left a loop.
   */
  readonly keep: boolean;
  readonly send: (frame: Frame) => void;
  /** Schedules a call of `report`. */
  readonly touch: (subscription: BridgeSubscription) => void;
  /** Called when the host has closed the subscription as well. */
  readonly onClosed: () => void;
}

/** A loop that was left, with the reason if it is known. */
interface Left {
  readonly slot: number;
  readonly error: unknown;
  reported?: boolean;
}

/**
 * A subscription of a client: its queue is at the other side, its loops are
 * here.
 */
export class BridgeSubscription extends QueueSubscription {
  declare readonly queue: BridgeQueue;
  readonly #parts: Parts;

  /** Opens the subscription. */
  constructor(options: BridgeSubscriptionOptions) {
    const parts = makeParts(options);
    super({
      queue: parts.queue,
      grouped: false,
      signal: options.options.signal,
      ready: parts.ready.promise,
      accept: parts.accept,
      onDone: parts.onDone,
      release: () => release(parts), // may be called before `super` returns
    });
    this.#parts = parts;
    parts.start(() => options.touch(this));
  }

  override get dropped(): number {
    return super.dropped + this.#parts.host.dropped;
  }

  /**
   * Adds a delivery that has arrived. Throws `PROTOCOL_VIOLATION` if it was not
   * demanded: an isolated bus is not trusted.
   */
  arrive(delivery: BridgeDelivery): void {
    if (this.#parts.host.wanted-- <= 0) {
      throw violation("a delivery that was not demanded");
    }
    if (!this.left) this.queue.arrive(delivery);
  }

  /** Updates the state of the queue at the host. */
  state(queued: number, dropped: number, waitingPublishers: number): void {
    Object.assign(this.#parts.host, { queued, dropped, waitingPublishers });
  }

  /** Marks the subscription as ready. */
  isReady(): void {
    this.#parts.ready.resolve();
  }

  /**
   * Marks the subscription as closed by the host, because of `error` if set.
   */
  isClosed(error: CaryatidError | undefined): void {
    if (error) this.#parts.ready.reject(error);
    this.#parts.closed.resolve();
    if (error) this.queue.end(error);
    else if (!this.left) this.close();
  }

  /** Reports to the host what has changed. */
  report(): void {
    if (!this.left) this.queue.report();
  }

  override fail(
    delivery: Delivery | undefined,
    error: unknown,
  ): Promise<void> {
    const slot = (delivery as BridgeDelivery | undefined)?.slot ?? 0;
    if (!this.left) this.#parts.left = { slot, error };
    return super.fail(delivery, error);
  }

  override refuse(
    delivery: Delivery,
    error: unknown,
    attempts?: number,
  ): void {
    const { options: { id, send }, queue } = this.#parts;
    if (error === SKIPPED || !(queue instanceof SlotQueue)) {
      return super.refuse(delivery, error, attempts);
    }
    // The host counts it, and its bus may keep a dead letter.
    const { slot } = delivery as BridgeDelivery;
    send([FROM_GUEST.reject, id, slot, toWireError(error), attempts ?? null]);
    this.onDone?.(delivery);
  }

  /**
   * Reports that a failure of the module with `error` left a loop, before the
   * failure itself is reported.
   */
  blame(error: unknown): void {
    reportLeft(this.#parts, error);
  }
}

async function release(parts: Parts): Promise<void> {
  const { id, send, onClosed } = parts.options;
  parts.host.queued = parts.host.waitingPublishers = 0;
  if (parts.left) return void leave(parts);
  send([FROM_GUEST.unsubscribe, id]);
  await parts.closed.promise;
  onClosed();
}

/**
 * Reports a loop that was left. An iterator cannot distinguish `break` from an
 * error. Two turns of the event loop later it is known whether the module has
 * failed.
 */
async function leave(parts: Parts): Promise<void> {
  if (parts.options.keep) {
    await yieldToEventLoop();
    await yieldToEventLoop();
  }
  reportLeft(parts, undefined);
  await parts.closed.promise;
  parts.options.onClosed();
}

function reportLeft(parts: Parts, error: unknown): void {
  const { left, options: { id, send } } = parts;
  if (left === undefined || left.reported) return;
  left.reported = true;
  const reason = left.error ?? error;
  const crossed = reason === undefined ? null : toWireError(reason);
  send([FROM_GUEST.leave, id, left.slot, crossed]);
}

/** Parts that exist before the subscription does. */
interface Parts {
  readonly options: BridgeSubscriptionOptions;
  readonly host: HostState;
  readonly queue: BridgeQueue;
  readonly ready: PromiseWithResolvers<void>;
  readonly closed: PromiseWithResolvers<void>;
  readonly accept: BusSubscribeOptions["accept"];
  readonly onDone: ((delivery: Delivery) => void) | undefined;
  /** Calls `touch` from now on. */
  readonly start: (touch: () => void) => void;
  /** Set if a loop was left instead of the subscription closed. */
  left: Left | undefined;
}

function makeParts(options: BridgeSubscriptionOptions): Parts {
  const { id, pattern, send, backPressure, options: own } = options;
  const host = { queued: 0, dropped: 0, waitingPublishers: 0, wanted: 0 };
  let touch: (() => void) | undefined;
  let touched = false;
  const queueOptions: BridgeQueueOptions = {
    pattern,
    host,
    queueSize: own.queueSize,
    touch: () => touch ? touch() : touched = true,
    demand: (more, waits, begun) => {
      host.wanted += more;
      send([FROM_GUEST.demand, id, more, waits, begun]);
    },
    next: (slot) => {
      host.wanted++;
      send([FROM_GUEST.next, id, slot]);
    },
  };
  const answers = own.group !== undefined || own.retry !== undefined;
  const chooses = own.where !== undefined || own.filter !== undefined;
  const slots = answers ? new SlotQueue(backPressure, queueOptions) : undefined;
  const queue = slots ??
    (chooses
      ? new ChoosingQueue(backPressure, queueOptions, own)
      : new DemandQueue(backPressure, queueOptions));
  return {
    options,
    host,
    queue,
    left: undefined,
    ready: Promise.withResolvers(),
    closed: Promise.withResolvers(),
    accept: answers && chooses
      ? acceptWhere(wants(own), own.accept)
      : own.accept,
    onDone: slots && ((delivery) => slots.done(delivery as BridgeDelivery)),
    start: (call) => {
      touch = call;
      if (touched) call();
    },
  };
}

function wants(
  { filter, where }: BusSubscribeOptions,
): (delivery: Delivery) => boolean {
  return (delivery) =>
    (filter?.(delivery.topic) ?? true) && (where?.(delivery) ?? true);
}
