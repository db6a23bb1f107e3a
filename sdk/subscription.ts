import type { Delivery } from "./delivery.ts";
import type { RetryOptions } from "./retry_options.ts";

/**
 * Policy for a message that finds the queue of a subscription full: the
 * publisher waits, the oldest or newest message is dropped and counted, or
 * `publish` rejects with `OVERFLOW`.
 */
export type Overflow = "wait" | "drop-oldest" | "drop-newest" | "error";

/**
 * Returns the delivery that a loop receives: the same, or a replacement. A
 * thrown error or a rejection drops the delivery.
 */
export type Accept = (delivery: Delivery) => Delivery | Promise<Delivery>;

/** Bound for the bytes of unread deliveries, of all queues that share it. */
export interface ByteBudget {
  /** True while no further delivery may be queued. */
  readonly full: boolean;
  /** Adds a delivery, even if it is full. Returns its size in bytes. */
  take(delivery: Delivery): number;
  /** Removes deliveries of `bytes` bytes. */
  release(bytes: number): void;
}

/** Options of `subscribe`. */
export interface SubscribeOptions {
  /**
   * Name of a group. The members of a group on one pattern share its messages:
   * each one goes to one member.
   */
  readonly group?: string;
  /**
   * Maximum number of unread messages (the bus's `subscriber-queue-size`, 100).
   */
  readonly queueSize?: number;
  /**
   * Policy for a full queue ("wait"). It does not apply if a broker queues the
   * messages.
   */
  readonly overflow?: Overflow;
  /**
   * If false, a full queue in memory never makes a publisher wait: "wait" drops
   * the newest message instead, and counts it. Groups keep waiting, as does a
   * bus that queues at a broker. Isolated modules subscribe so, unless their
   * section has `may-block` (true).
   */
  readonly mayBlock?: boolean;
  /** Closes the subscription. */
  readonly signal?: AbortSignal;
  /**
   * Filters deliveries before they are queued. A delivery for which it returns
   * false is skipped: it takes no room in the queue, wakes no loop and makes no
   * publisher wait. A delivery for which it throws is skipped and counted in
   * `dropped`. In a group each member has its own `where`. A delivery that its
   * member skips goes to no other member.
   *
   * It receives the published message, before `accept` and the schema of a
   * typed topic. It must depend on the delivery alone and be fast: a publisher
   * may wait for it.
   */
  readonly where?: (delivery: Delivery) => boolean;
  /**
   * Checks each delivery just before a loop receives it. A rejected delivery is
   * skipped, counted in `dropped` and acknowledged: in a group it goes to no
   * other member. A synchronous `accept` must be fast: a publisher may wait for
   * it.
   */
  readonly accept?: Accept;
  /**
   * Retries a delivery whose loop failed or ended by `break`. The message is
   * redelivered after the backoff, behind those that arrived meanwhile. After
   * the last attempt it is dead-lettered, or counted in `dropped` if the bus
   * keeps no dead letters; a broker that would lose it retries without end.
   * Without `retry`, another member of the group receives it at once. Without a
   * group, retries need a module that is restarted.
   */
  readonly retry?: RetryOptions;
}

/**
 * Options of `MessageBus.subscribe`: those of a module, and those that layers
 * between module and bus add.
 */
export interface BusSubscribeOptions extends SubscribeOptions {
  /**
   * Excludes topics of the pattern: those for which it returns false, or
   * throws. It must depend on the topic alone. A group has one filter for all
   * members, in memory that of the first member; each member has its own
   * `where`.
   */
  readonly filter?: (topic: string) => boolean;
  /**
   * Excludes this bus object's own messages on topics for which it returns
   * false. A router that sends a topic to two buses receives them from the
   * other bus. Only external buses use it. It must depend on the topic alone.
   */
  readonly echo?: (topic: string) => boolean;
  /**
   * Bounds the bytes of the queue in memory: the queue counts as full while the
   * budget is. In a group it bounds only the room that this member adds
   * (unlimited). Retries that wait are charged, too: while the budget is full,
   * they are redelivered without a backoff.
   */
  readonly budget?: ByteBudget | undefined;
}

/**
 * Async iterable of deliveries, with its own bounded queue.
 *
 * A step of a loop ends when the loop asks for the next delivery. Leaving the
 * loop, by `break` or by an error, closes the subscription and leaves its
 * delivery unfinished: in a group another member receives it, at once or as
 * `retry` says. Code that calls `next` itself can leave by `throw(error)`,
 * which passes the reason.
 */
export interface Subscription<T = unknown>
  extends AsyncIterable<Delivery<T>>, AsyncDisposable {
  /** Pattern of its topics. */
  readonly pattern: string;
  /**
   * Resolves once every later publish is received. Rejects if the subscription
   * cannot be opened.
   */
  readonly ready: Promise<void>;
  /** Number of unread messages. */
  readonly queued: number;
  /** Number of deliveries that loops work on. */
  readonly inFlight: number;
  /** Number of loops that wait for a delivery. */
  readonly readers: number;
  /**
   * Number of publishers that wait for room in its queue; 0 if a broker queues
   * the messages.
   */
  readonly waitingPublishers: number;
  /**
   * Number of deliveries that loops have taken; undefined if it is not counted
   * here.
   */
  readonly taken?: number | undefined;
  /**
   * Number of lost messages: dropped by `overflow`, rejected by `accept` or by
   * the schema of a typed topic, failed by a `where` that throws, or failed at
   * every attempt of `retry`. Messages for which `where` returns false do not
   * count.
   */
  readonly dropped: number;
  /** True once it was closed, by its owner or by the bus. */
  readonly closed: boolean;
  /**
   * Finishes a delivery in flight as failed for good, and the loop continues:
   * the delivery counts in `dropped`, and a bus that keeps dead letters keeps
   * it with `error` as its reason. If `attempts` is set, that many attempts of
   * a handler failed, and the dead letter has this count and the code
   * `MODULE_FAILED`. Returns false if the delivery is not in flight.
   */
  reject(delivery: Delivery<T>, error: unknown, attempts?: number): boolean;
  /**
   * Counts a further attempt at a delivery by `consume`. A layer that counts
   * implements it.
   */
  countRetry?(): void;
  /**
   * While `on`, a full queue whose `overflow` is "wait" drops the newest
   * message and counts it, and publishers that wait are released. A group, and
   * a queue that a broker feeds, ignore the call.
   */
  dropWhenFull(on: boolean): void;
  /** Closes it and ends its loops. Harmless twice. */
  close(): Promise<void>;
}

/** Options of `Context.consume`. */
export interface ConsumeOptions extends Omit<SubscribeOptions, "retry"> {
  /**
   * Messages handled at the same time (1, which keeps their order), at most
   * 65,536.
   */
  readonly concurrency?: number;
  /**
   * Calls a handler that fails again with the same message (one attempt). The
   * message stays in flight meanwhile, and occupies one place of `concurrency`.
   */
  readonly retry?: RetryOptions;
}

/** Consumption of a topic or pattern. Made by `Context.consume`. */
export interface Consumer extends AsyncDisposable {
  /** Consumed pattern. */
  readonly pattern: string;
  /**
   * Resolves when every later publish is received; rejects if that cannot
   * happen.
   */
  readonly ready: Promise<void>;
  /** Number of messages that wait. */
  readonly queued: number;
  /** Number of messages being handled. */
  readonly inFlight: number;
  /** Number of messages whose handling failed for good. */
  readonly failed: number;
  /** Number of lost messages, those that failed for good included. */
  readonly dropped: number;
  /** True once it is closed. */
  readonly closed: boolean;
  /**
   * Takes no further messages, and resolves when those in flight are finished;
   * a handler must not await it. Unread messages outside of a group are
   * dropped, and so is a message that waits for its next attempt. A second call
   * is harmless.
   */
  close(): Promise<void>;
}
