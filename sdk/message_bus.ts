import type { DeadLetters } from "./dead_letters.ts";
import type { BusHealth } from "./health.ts";
import type { HandleOptions, Handler, Handling } from "./handling.ts";
import type { BusSubscribeOptions, Subscription } from "./subscription.ts";

/** Options of `publish`. */
export interface PublishOptions {
  /** Id of the publish (16 random hex digits). */
  readonly id?: string;
  /** Headers, sent with the message. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the wait for a full queue or a broker with `ABORTED`. */
  readonly signal?: AbortSignal;
  /** Longest wait for a full queue or a broker, in milliseconds (30,000). */
  readonly timeout?: number;
}

/** Options of `request`. */
export interface RequestOptions {
  /**
   * Longest wait for the answer, in milliseconds
   * (`[message-router] request-timeout`, else 5,000).
   */
  readonly timeout?: number;
  /**
   * Rejects the request with `ABORTED`, and fires the signal of its handler.
   */
  readonly signal?: AbortSignal;
  /** Headers, sent with the request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options of `open`. */
export interface OpenOptions {
  /**
   * Ends the wait: `open` rejects with the reason why the bus is not open yet.
   * The bus must still be closed.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Abilities of a bus, as data: no caller has to test its class. */
export interface BusAbilities {
  /**
   * True if messages leave this process. They are then copied and have a size
   * limit.
   */
  readonly external: boolean;
  /** True if the messages of a group outlive the process. */
  readonly durable: boolean;
  /** True if each message is delivered exactly once, false if at least once. */
  readonly exactlyOnce: boolean;
  /**
   * The side that a full queue slows down: the publisher, or the broker, which
   * queues.
   */
  readonly backPressure: "publisher" | "broker";
}

/**
 * Carries messages. All buses have the same contract, which `busConformance` of
 * `@caryatid/sdk/testing` checks.
 *
 * `subscribe` and `handle` throw for invalid arguments, such as a bad pattern
 * or a queue size of 0; other failures reject `ready`. `publish` and `request`
 * never throw: they reject.
 */
export interface MessageBus extends AsyncDisposable {
  /** Abilities of this bus. */
  readonly abilities: BusAbilities;
  /**
   * Messages that groups could not handle. Undefined for a bus that keeps none.
   */
  readonly deadLetters?: DeadLetters | undefined;
  /**
   * Returns the state of every bus that carries messages here, or only of those
   * that carry a topic of `pattern`. Reads what is known: it sends nothing, and
   * never throws.
   */
  health(pattern?: string): readonly BusHealth[];
  /**
   * Takes no more messages and requests from other processes, and returns those
   * that no loop and no handler has started. Work in flight can finish: what is
   * published and answered is still sent. A process calls this first when it
   * stops. Buses without a broker leave it out.
   */
  stopIntake?(): Promise<void>;
  /**
   * Connects. Resolves once the bus is usable. Harmless twice. Rejects with
   * `BUS_UNAVAILABLE` if that fails, or takes too long.
   */
  open(options?: OpenOptions): Promise<void>;
  /**
   * Publishes `message` on `topic`. Resolves once the message is accepted:
   * queued in memory, or confirmed by a broker.
   *
   * Rejects with `INVALID_TOPIC`, `INVALID_OPTION`, `NO_ROUTE`, `OVERFLOW`,
   * `NOT_ENCODABLE`, `MESSAGE_TOO_LARGE`, `ABORTED`, `BUS_CLOSED` or
   * `BUS_UNAVAILABLE`.
   */
  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void>;
  /**
   * Subscribes to every topic that `pattern` matches. Returns at once.
   *
   * Throws `INVALID_TOPIC`, `INVALID_OPTION` or `NO_ROUTE`; its `ready` rejects
   * with `ABORTED`, `BUS_CLOSED` or `BUS_UNAVAILABLE`.
   */
  subscribe(pattern: string, options?: BusSubscribeOptions): Subscription;
  /**
   * Sends a request to a handler of `topic`. Resolves with the answer.
   *
   * Rejects with `NO_HANDLER` at once, with `REQUEST_TIMEOUT` at the deadline,
   * with the handler's own error, with `HANDLER_FAILED` and the code and
   * message of any other error in its `cause`, or as `publish` does.
   */
  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown>;
  /**
   * Handles requests on every topic that `pattern` matches. Handlings of one
   * pattern share the requests. Handlings of overlapping patterns all receive
   * them, and the first answer wins. Throws as `subscribe` does.
   */
  handle(pattern: string, handler: Handler, options?: HandleOptions): Handling;
  /**
   * Ends loops, rejects waiting calls with `BUS_CLOSED`, lets handlers finish,
   * and releases everything. Harmless twice.
   */
  close(): Promise<void>;
}
