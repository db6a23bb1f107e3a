import type { CaryatidError, Delivery, SubscribeOptions } from "@caryatid/sdk";
import {
  acceptWhere,
  QueueSubscription,
  turnOver,
  type WaitingRoom,
} from "@caryatid/sdk/bus";
import { crossing } from "../crossing_error.ts";
import { type Frame, FROM_GUEST } from "../frames.ts";
import { violation } from "../read_frames.ts";
import type { BridgeDelivery } from "./bridge_delivery.ts";
import type {
  BridgeQueue,
  BridgeQueueOptions,
  HostState,
} from "./bridge_queue.ts";
import { ChoosingQueue } from "./choosing_queue.ts";
import { DemandQueue } from "./demand_queue.ts";
import { SlotQueue } from "./slot_queue.ts";

/** What a {@linkcode BridgeSubscription} is made of. */
export interface BridgeSubscriptionOptions {
  readonly id: number;
  readonly pattern: string;
  readonly options: SubscribeOptions;
  readonly room: WaitingRoom;
  /** Whether the host keeps the queue when the module fails, and so has to know whether a loop was left by that. */
  readonly keep: boolean;
  readonly send: (frame: Frame) => void;
  /** Sees to it that `report` is called soon. */
  readonly touch: (subscription: BridgeSubscription) => void;
  /** Called when the host has closed it, too. */
  readonly onClosed: () => void;
}

/** A loop that was left, and why if that is known. */
interface Left {
  readonly slot: number;
  readonly error: unknown;
  told?: boolean;
}

/** A subscription of a guest: its queue is at the host, its loops are here. */
export class BridgeSubscription extends QueueSubscription {
  declare readonly queue: BridgeQueue;
  readonly #parts: Parts;

  /** Asks the host to subscribe. */
  constructor(options: BridgeSubscriptionOptions) {
    const parts = makeParts(options);
    super({
      queue: parts.queue,
      grouped: false,
      signal: options.options.signal,
      ready: parts.ready.promise,
      accept: parts.accept,
      onDone: parts.onDone,
      release: () => release(parts), // may be called before `super` is through
    });
    this.#parts = parts;
    parts.start(() => options.touch(this));
  }

  override get dropped(): number {
    return super.dropped + this.#parts.host.dropped;
  }

  /** One came. Throws `PROTOCOL_VIOLATION` if it wasn't demanded: a bus that is isolated isn't trusted. */
  arrive(delivery: BridgeDelivery): void {
    if (this.#parts.host.wanted-- <= 0) throw violation("what nobody wants");
    if (!this.left) this.queue.arrive(delivery);
  }

  /** How the queue at the host is now. */
  state(depth: number, dropped: number, heldUp: number): void {
    Object.assign(this.#parts.host, { depth, dropped, heldUp });
  }

  /** The host hears for it. */
  isReady(): void {
    this.#parts.ready.resolve();
  }

  /** The host hears nothing for it any more, because of `error` if there is one. */
  isClosed(error: CaryatidError | undefined): void {
    if (error) this.#parts.ready.reject(error);
    this.#parts.closed.resolve();
    if (error) this.queue.end(error);
    else if (!this.left) this.close();
  }

  /** Tells the host what `touch` was called for. */
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

  /** The module failed with `error`: if a loop was left just now, that was why. The host is to hear it before it hears of that. */
  blame(error: unknown): void {
    tellLeft(this.#parts, error);
  }
}

async function release(parts: Parts): Promise<void> {
  const { id, send, onClosed } = parts.options;
  parts.host.depth = parts.host.heldUp = 0;
  if (parts.left) return void leave(parts);
  send([FROM_GUEST.unsubscribe, id]);
  await parts.closed.promise;
  onClosed();
}

/** An iterator can't tell `break` from an error: two turns later it is known whether the module failed by that. */
async function leave(parts: Parts): Promise<void> {
  if (parts.options.keep) {
    await turnOver();
    await turnOver();
  }
  tellLeft(parts, undefined);
  await parts.closed.promise;
  parts.options.onClosed();
}

function tellLeft(parts: Parts, error: unknown): void {
  const { left, options: { id, send } } = parts;
  if (left === undefined || left.told) return;
  left.told = true;
  const reason = left.error ?? error;
  const crossed = reason === undefined ? null : crossing(reason);
  send([FROM_GUEST.leave, id, left.slot, crossed]);
}

/** What has to be there before the subscription is. */
interface Parts {
  readonly options: BridgeSubscriptionOptions;
  readonly host: HostState;
  readonly queue: BridgeQueue;
  readonly ready: PromiseWithResolvers<void>;
  readonly closed: PromiseWithResolvers<void>;
  readonly accept: SubscribeOptions["accept"];
  readonly onDone: ((delivery: Delivery) => void) | undefined;
  /** From here on `touch` is called. */
  readonly start: (touch: () => void) => void;
  /** Set when a loop was left, rather than the subscription closed. */
  left: Left | undefined;
}

function makeParts(options: BridgeSubscriptionOptions): Parts {
  const { id, pattern, send, room, options: own } = options;
  const host = { depth: 0, dropped: 0, heldUp: 0, wanted: 0 };
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
  const slots = answers ? new SlotQueue(room, queueOptions) : undefined;
  const queue = slots ??
    (chooses
      ? new ChoosingQueue(room, queueOptions, own)
      : new DemandQueue(room, queueOptions));
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
  { filter, where }: SubscribeOptions,
): (delivery: Delivery) => boolean {
  return (delivery) =>
    (filter?.(delivery.topic) ?? true) && (where?.(delivery) ?? true);
}
