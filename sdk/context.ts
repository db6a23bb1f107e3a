import type { Clock } from "./clock.ts";
import type { TypedTopic } from "./define_topic.ts";
import type { Log } from "./log.ts";
import type {
  HandleOptions,
  Handler,
  Handling,
  PublishOptions,
  RequestDelivery,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "./message_bus.ts";

/** What a module is given to live with. It knows topics, never buses and never other modules. */
export interface Context {
  /** The module's id: the part after `module.` in the configuration. */
  readonly id: string;
  /** Fires when the process begins to stop: no new work from here on. */
  readonly signal: AbortSignal;
  /** Logs under `caryatid.<id>`. */
  readonly log: Log;
  /** The time, and waiting for it. In tests it is a virtual clock. */
  readonly clock: Clock;

  /**
   * Publishes a message. Resolves when it is accepted: queued in memory, confirmed by a broker.
   *
   * Treat the message as immutable from here on: in memory, subscribers get this very object.
   * Rejects with `INVALID_TOPIC`, `INVALID_MESSAGE`, `INVALID_OPTION`, `NOT_ENCODABLE`, `NO_ROUTE`, `FORBIDDEN`, `OVERFLOW`, `ABORTED`,
   * `BUS_CLOSED` and what the bus adds.
   */
  publish<Input>(
    topic: TypedTopic<Input, unknown>,
    message: NoInfer<Input>,
    options?: PublishOptions,
  ): Promise<void>;
  /** Publishes any message on a topic without a schema. */
  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void>;

  /**
   * Listens to a topic or pattern. What is subscribed to in `init` is heard from the start.
   *
   * With a {@linkcode TypedTopic} only messages that fit its schema arrive; others are dropped, counted and logged.
   * Throws `INVALID_TOPIC`, `INVALID_OPTION`, `NO_ROUTE` or `FORBIDDEN`.
   */
  subscribe<Output>(
    topic: TypedTopic<unknown, Output>,
    options?: SubscribeOptions,
  ): Subscription<Output>;
  /** Listens to any message on a pattern. */
  subscribe(pattern: string, options?: SubscribeOptions): Subscription;

  /**
   * Asks, and resolves with the answer.
   *
   * Rejects with `NO_HANDLER` at once, `REQUEST_TIMEOUT` at the deadline, `HANDLER_FAILED`, or as `publish` does.
   */
  request<Input, Answer>(
    topic: TypedTopic<Input, unknown, unknown, Answer>,
    message: NoInfer<Input>,
    options?: RequestOptions,
  ): Promise<Answer>;
  /** Asks on a topic without a schema. */
  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown>;

  /**
   * Answers requests with what `handler` returns. An error it throws, when the attempts of `retry` are used up, or `undefined`
   * reaches the requester as `HANDLER_FAILED`. Throws as `subscribe` does.
   */
  handle<Output, Answer>(
    topic: TypedTopic<unknown, Output, Answer, unknown>,
    handler: (
      request: RequestDelivery<Output>,
    ) => NoInfer<Answer> | Promise<NoInfer<Answer>>,
    options?: HandleOptions,
  ): Handling;
  /** Answers any request on a pattern. */
  handle(pattern: string, handler: Handler, options?: HandleOptions): Handling;

  /**
   * Runs `task` once every module of the process hears what it subscribed to. An error it throws is handled as the module's
   * `on-failure` says.
   */
  run(task: () => Promise<void>): void;

  /**
   * Has something done when the module has ended, and its tasks with it: the last first, each awaited. Also when the process fails
   * to start and no task ever began, and before a failed module is started anew. The bus may be closed by then.
   */
  defer(cleanUp: () => void | Promise<void>): void;
}
