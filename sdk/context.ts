import type { Clock } from "./clock.ts";
import type { DeadLetters } from "./dead_letters.ts";
import type { BusHealth, Health } from "./health.ts";
import type { Log } from "./log.ts";
import type { Delivery, RequestDelivery } from "./delivery.ts";
import type { HandleOptions, Handler, Handling } from "./handling.ts";
import type { PublishOptions, RequestOptions } from "./message_bus.ts";
import type {
  ConsumeOptions,
  Consumer,
  SubscribeOptions,
  Subscription,
} from "./subscription.ts";
import type {
  AnswerOutput,
  MessageInput,
  MessageOutput,
  Topic,
  TopicOrPattern,
  TopicSchemas,
} from "./typed_topic.ts";

/** Answers requests on `T`: receives its messages and returns its answers. */
export type HandlerOf<T> = T extends TopicSchemas<
  unknown,
  infer Output,
  infer Answer,
  unknown
> ? (request: RequestDelivery<Output>) => Answer | Promise<Answer>
  : Handler;

/**
 * API of the process for one module. It has topics, but no buses and no other
 * modules.
 */
export interface Context<State = unknown> {
  /** Id of the module: the part after `module.` in the configuration. */
  readonly id: string;
  /**
   * Fires when the process begins to stop, and when the module fails or its
   * code is replaced. Begin no new work after it.
   */
  readonly signal: AbortSignal;
  /** Logs under `caryatid.<id>`. */
  readonly log: Log;
  /** Clock that reads the time and waits. In tests it is a virtual clock. */
  readonly clock: Clock;
  /**
   * Configuration of the process: the merged tables of all its sources, as in
   * `processConfig["global"]`, without those of `[message-bus]`, which may
   * contain passwords. Values are unchecked; tables and arrays are frozen.
   *
   * An isolated module sees `[global]` and its own `[module.<id>]`. In
   * `testModule` it is the option `processConfig`.
   */
  readonly processConfig: Readonly<Record<string, unknown>>;

  /**
   * Publishes a message. Resolves when the bus has accepted it: queued in
   * memory, or confirmed by a broker.
   *
   * Do not change the message after the call: in memory, subscribers receive
   * the same object. Rejects with `INVALID_TOPIC`, `INVALID_MESSAGE`,
   * `INVALID_OPTION`, `NOT_ENCODABLE`, `NO_ROUTE`, `FORBIDDEN`, `OVERFLOW`,
   * `ABORTED`, `BUS_CLOSED` and the codes of the bus.
   */
  publish<T extends Topic>(
    topic: T,
    message: MessageInput<T>,
    options?: PublishOptions,
  ): Promise<void>;

  /**
   * Subscribes to a topic or pattern. A subscription that `init` opens receives
   * every message from the start of the process on.
   *
   * A typed topic or pattern delivers only messages that fit its schema. Others
   * are dropped, counted and logged. Throws `INVALID_TOPIC`, `INVALID_OPTION`,
   * `NO_ROUTE` or `FORBIDDEN`.
   */
  subscribe<T extends TopicOrPattern>(
    topic: T,
    options?: SubscribeOptions,
  ): Subscription<MessageOutput<T>>;

  /**
   * Handles each message of a topic or pattern with `handler`: the common case
   * of `subscribe`, `run` and a loop. A message is acknowledged when its
   * handler has ended.
   *
   * A handler that fails is called again as `retry` says. After the last
   * attempt the message becomes a dead letter if the bus keeps them; else it
   * counts in `dropped`. The failure is logged, and the module continues.
   * Throws as `subscribe` does.
   *
   * @example Four orders at the same time, three attempts each
   * ```ts
   * import { defineModule } from "@caryatid/sdk";
   * import { testModule } from "@caryatid/sdk/testing";
   * import assert from "node:assert/strict";
   *
   * const shipping = defineModule({
   *   name: "shipping",
   *   init(context) {
   *     const retry = { attempts: 3, backoff: 1_000 };
   *     context.consume("order.*", async ({ message }) => {
   *       await context.publish("shipping.started", message);
   *     }, { concurrency: 4, retry });
   *   },
   * });
   *
   * await using module = await testModule(shipping);
   * await module.bus.inject("order.7", "tea");
   * await module.settle();
   * assert.equal(module.bus.published[0]?.message, "tea");
   * ```
   */
  consume<T extends TopicOrPattern>(
    topic: T,
    handler: (delivery: Delivery<MessageOutput<T>>) => void | Promise<void>,
    options?: ConsumeOptions,
  ): Consumer;

  /**
   * Requests an answer and resolves with it.
   *
   * Rejects with `NO_HANDLER` at once, with `REQUEST_TIMEOUT` at the deadline,
   * with the handler's own `CaryatidError` (same code, message and details),
   * with `HANDLER_FAILED` for any other error of the handler, or as `publish`
   * does.
   */
  request<T extends Topic>(
    topic: T,
    message: MessageInput<T>,
    options?: RequestOptions,
  ): Promise<AnswerOutput<T>>;

  /**
   * Answers requests with the return value of `handler`. A `CaryatidError` with
   * a code that the module defines reaches the requester unchanged. Any other
   * error, and `undefined`, reach it as `HANDLER_FAILED`, after the attempts of
   * `retry`. Throws as `subscribe` does.
   */
  handle<T extends TopicOrPattern>(
    topic: T,
    handler: HandlerOf<T>,
    options?: HandleOptions,
  ): Handling;

  /**
   * Returns the state of the process and its modules. In a guest, it covers
   * what the guest can see.
   */
  health(): Health;

  /**
   * Returns the state of the buses that carry topics of `pattern`. The call is
   * cheap enough for every request of a server.
   */
  busHealth(pattern: string): readonly BusHealth[];

  /**
   * Messages that groups could not handle, on all buses of the process. A
   * module with rights to topics reads those to which it may subscribe, and
   * replays those on which it may publish as well. In a guest, every call
   * rejects with `INVALID_CONFIG`.
   */
  readonly deadLetters: DeadLetters;

  /**
   * Runs `task` once the subscriptions of all modules of the process receive
   * messages. An error of the task is handled as the module's `on-failure`
   * says.
   */
  run(task: () => Promise<void>): void;

  /**
   * Calls `cleanUp` after the module and its tasks have ended. Clean-ups run
   * one after the other, the last added first. They also run if the process
   * fails to start before any task began, and before a failed module is
   * restarted. The bus may be closed by then.
   */
  defer(cleanUp: () => void | Promise<void>): void;

  /**
   * Keeps a state for the code that replaces this code in a swap: the new
   * `init` receives it as `previous`. `state` is called once, when this code
   * has finished its deliveries, its tasks and its clean-ups; the last call of
   * `keep` counts. A stop, or a restart after a failure, keeps nothing.
   *
   * The state must be data that a message can carry, at most 1 MiB as CBOR; of
   * an isolated module at most its `message-size`. The new code receives a
   * copy. A state that cannot be kept is logged with `STATE_NOT_KEPT`, and the
   * swap continues without it.
   *
   * @example A count that survives a change of the code
   * ```ts
   * import { defineModule } from "@caryatid/sdk";
   * import { testModule } from "@caryatid/sdk/testing";
   * import assert from "node:assert/strict";
   * import { z } from "zod";
   *
   * const counter = defineModule({
   *   name: "counter",
   *   state: z.object({ count: z.number() }),
   *   init(context, _config, { previous }) {
   *     let count = previous?.count ?? 0;
   *     context.keep(() => ({ count }));
   *     context.consume("order.*", () => void count++);
   *   },
   * });
   *
   * const options = { previous: { count: 4 } };
   * await using module = await testModule(counter, {}, options);
   * await module.bus.inject("order.7", "tea");
   * await module.settle();
   * assert.deepEqual(await module.kept(), { count: 5 });
   * ```
   */
  keep(state: () => State | Promise<State>): void;
}
