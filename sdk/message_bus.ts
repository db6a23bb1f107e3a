import type { RetryOptions } from "./retry_options.ts";

/**
 * What a module hears: one message on one topic.
 *
 * In memory `message` is the very object that was published: treat it as immutable.
 */
export interface Delivery<T = unknown> {
  /** The topic it was published on. */
  readonly topic: string;
  /** What was published. */
  readonly message: T;
  /** Names this publish on every bus that carries it. Made when first asked for. */
  readonly id: string;
  /** What the publisher put beside the message. */
  readonly headers: Readonly<Record<string, string>>;
  /** When it was published: milliseconds since 1970, exact to one turn of the event loop. */
  readonly time: number;
  /** Whether it was handed out before, to somebody who did not finish. */
  readonly redelivered: boolean;
}

/** What a handler is given: the question, and a signal that says when nobody waits any more. */
export interface RequestDelivery<T = unknown> extends Delivery<T> {
  /** Fires when the requester aborts or its deadline passes. */
  readonly signal: AbortSignal;
}

/** Answers a request with what it returns; what it throws reaches the requester as `HANDLER_FAILED`. */
export type Handler<T = unknown> = (request: RequestDelivery<T>) => unknown;

/** How to publish. */
export interface PublishOptions {
  /** Names this publish; 16 random hex digits unless given. */
  readonly id?: string;
  /** Travels beside the message. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the wait for a full queue or a broker with `ABORTED`. */
  readonly signal?: AbortSignal;
  /** Longest wait for a full queue or a broker, in milliseconds (30,000). */
  readonly timeout?: number;
}

/**
 * What happens to a message that finds its subscription's queue full:
 * the publisher waits, the oldest or newest message is dropped (and counted), or publish rejects with `OVERFLOW`.
 */
export type Overflow = "wait" | "drop-oldest" | "drop-newest" | "error";

/** Gives the delivery that a loop gets: the same, or another one in its place. What it throws, or rejects with, refuses it. */
export type Accept = (delivery: Delivery) => Delivery | Promise<Delivery>;

/** How to subscribe. */
export interface SubscribeOptions {
  /** Subscribers of one group on one pattern compete: each message goes to one of them. */
  readonly group?: string;
  /** Messages that may wait, unread (the bus's `subscriber-queue-size`, 100). */
  readonly queueSize?: number;
  /** What happens when the queue is full ("wait"). Where a broker queues, it doesn't apply. */
  readonly overflow?: Overflow;
  /** Closes the subscription. */
  readonly signal?: AbortSignal;
  /**
   * Topics that match the pattern but give false here are not heard, nor those that it throws at. Must depend on the topic alone.
   * A group has one for all its members, in memory that of the first one: what each wants for itself is its `where`.
   */
  readonly filter?: (topic: string) => boolean;
  /**
   * Where it gives false, what this very bus object published on the topic isn't heard. For external buses: whoever routes a
   * topic to two buses has heard it on the other one. Must depend on the topic alone.
   */
  readonly echo?: (topic: string) => boolean;
  /**
   * Looks at each delivery as it comes in. One that it gives false for is not heard: it takes no room in the queue, wakes no loop
   * and makes no publisher wait. One that it throws at is refused: skipped, and counted in `dropped`. In a group each member has
   * its own, and what the one that is to get a delivery leaves out, or refuses, is done: nobody else gets it.
   *
   * It sees what was published, before `accept` and a typed topic do. It must depend on the delivery alone, and be quick: a
   * publisher may wait for it.
   */
  readonly where?: (delivery: Delivery) => boolean;
  /**
   * Looks at each delivery just before a loop gets it. One that it refuses is skipped, counted in `dropped`, and done: in a
   * group nobody else gets it. It should be quick, where it gives no promise: a publisher may wait for it.
   */
  readonly accept?: Accept;
  /**
   * What becomes of a delivery that a loop is left with, by an error or by `break` (in a group another member gets it at once). It
   * is given again after the backoff, `redelivered`, behind what came meanwhile; after the last attempt it is given up: a dead
   * letter where the bus keeps them, else counted in `dropped`, or never where a broker would lose it. Without a group it is for
   * modules that are restarted: to others nobody is left to give it to.
   */
  readonly retry?: RetryOptions;
}

/** How to make a request. */
export interface RequestOptions {
  /** Longest wait for the answer, in milliseconds (`[message-router] request-timeout`, else 5,000). */
  readonly timeout?: number;
  /** Gives up at once with `ABORTED`, and fires the handler's signal. */
  readonly signal?: AbortSignal;
  /** Travels beside the question. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How to handle requests. */
export interface HandleOptions {
  /** Requests worked on at the same time (64). */
  readonly concurrency?: number;
  /**
   * Calls a handler that throws again with the same request (the request fails at once). The last failure counts. It isn't called
   * again when nobody waits for the answer or the handling is closed, nor for `INVALID_MESSAGE`.
   */
  readonly retry?: RetryOptions;
  /** Closes the handling. */
  readonly signal?: AbortSignal;
}

/**
 * Messages on their way to a module: an async iterable with its own bounded queue.
 *
 * A step of the loop is done when the loop comes back for the next delivery. Leaving the loop, by `break` or by an
 * error, closes the subscription and leaves the delivery in hand unfinished: in a group another member gets it, at once or as
 * `retry` says. Who steps a loop by hand may leave it by `throw(error)`: then it is known why.
 */
export interface Subscription<T = unknown>
  extends AsyncIterable<Delivery<T>>, AsyncDisposable {
  /** What it listens to. */
  readonly pattern: string;
  /** Resolves when every later publish is heard; rejects when that cannot come to be. */
  readonly ready: Promise<void>;
  /** Messages that wait, unread. */
  readonly depth: number;
  /** Deliveries that a loop was given and has not come back from. */
  readonly inHand: number;
  /** Loops that wait for a delivery. */
  readonly readers: number;
  /** Publishers that wait for room in its queue: 0 where a broker queues. */
  readonly heldUp: number;
  /**
   * Messages lost to `overflow`, refused by `accept`, which a typed topic is, or by a `where` that throws, or given up after the
   * attempts of `retry`. What `where` leaves out isn't lost.
   */
  readonly dropped: number;
  /** Whether it was closed, by whomever. */
  readonly closed: boolean;
  /** Ends every loop over it; harmless twice. */
  close(): Promise<void>;
}

/** A handler at work, until it is closed. */
export interface Handling extends AsyncDisposable {
  /** What it answers. */
  readonly pattern: string;
  /** Resolves when every later request is heard. */
  readonly ready: Promise<void>;
  /** Requests that it works on now. */
  readonly running: number;
  /** Whether it was closed, by whomever. */
  readonly closed: boolean;
  /** Takes no further requests; those it works on are finished. Harmless twice. */
  close(): Promise<void>;
}

/** How to open a bus. */
export interface OpenOptions {
  /** Ends the wait; what the bus says then is why it isn't open yet. It must be closed all the same. */
  readonly signal?: AbortSignal | undefined;
}

/** What a bus can do, as data: nobody has to ask for its class. */
export interface BusAbilities {
  /** Whether messages leave this process, and so are copied and have a size limit. */
  readonly external: boolean;
  /** Whether a group's messages outlive the process. */
  readonly durable: boolean;
  /** Whether each delivery is handed out once; else at least once. */
  readonly exactlyOnce: boolean;
  /** Who feels a full queue: the publisher, or the broker, which queues. */
  readonly backPressure: "publisher" | "broker";
}

/**
 * What carries messages. Every bus keeps one contract, which `busConformance` of `@caryatid/sdk/testing` checks.
 *
 * Arguments that can never be right (a bad pattern, a queue of 0) make `subscribe` and `handle` throw; whatever depends on
 * the state of things comes by `ready`. `publish` and `request` only ever reject.
 */
export interface MessageBus extends AsyncDisposable {
  /** What this bus can do. */
  readonly abilities: BusAbilities;
  /** Connects. Resolves when the bus is usable; harmless twice. Rejects with `BUS_UNAVAILABLE` when it can't, or isn't in time. */
  open(options?: OpenOptions): Promise<void>;
  /**
   * Sends `message` to whoever listens to `topic`. Resolves when it is accepted: queued in memory, confirmed by a broker.
   *
   * Rejects with `INVALID_TOPIC`, `INVALID_OPTION`, `NO_ROUTE`, `OVERFLOW`, `NOT_ENCODABLE`, `MESSAGE_TOO_LARGE`, `ABORTED`,
   * `BUS_CLOSED` or `BUS_UNAVAILABLE`.
   */
  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void>;
  /**
   * Listens to every topic that `pattern` matches. Returns at once.
   *
   * Throws `INVALID_TOPIC`, `INVALID_OPTION` or `NO_ROUTE`; its `ready` rejects with `ABORTED`, `BUS_CLOSED` or
   * `BUS_UNAVAILABLE`.
   */
  subscribe(pattern: string, options?: SubscribeOptions): Subscription;
  /**
   * Asks whoever handles `topic` and resolves with the answer.
   *
   * Rejects with `NO_HANDLER` at once, `REQUEST_TIMEOUT` at the deadline, `HANDLER_FAILED` with the handler's code and message
   * in its `cause`, or as `publish` does.
   */
  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown>;
  /**
   * Answers requests on every topic that `pattern` matches. Handlings of one pattern share the requests; of overlapping
   * patterns each gets them, and the first answer wins. Throws as `subscribe` does.
   */
  handle(pattern: string, handler: Handler, options?: HandleOptions): Handling;
  /** Ends loops, rejects what waits with `BUS_CLOSED`, lets handlers finish, releases everything. Harmless twice. */
  close(): Promise<void>;
}
