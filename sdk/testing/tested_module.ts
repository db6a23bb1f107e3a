import type { Context } from "../context.ts";
import { isShutdownError } from "../errors.ts";
import { DeclaredBus } from "../host/declared_bus.ts";
import { frozenTables } from "../host/frozen_tables.ts";
import { ModuleContext } from "../host/module_context.ts";
import { requestChecked } from "../host/typed_sends.ts";
import type { MessageBus, RequestOptions } from "../message_bus.ts";
import { topicMatches } from "../topic.ts";
import type {
  AnswerOutput,
  MessageInput,
  Topic,
  TopicOrPattern,
} from "../typed_topic.ts";
import type { Subscription } from "../subscription.ts";
import type { Module } from "../module.ts";
import type { Topics } from "../topics.ts";
import { Activity } from "./activity.ts";
import { MockBus } from "./mock_bus.ts";
import {
  drainTimeoutError,
  initFailedError,
  notSettledError,
  undeclaredTopicError,
} from "./module_errors.ts";
import { type LogRecord, recordLog } from "./record_log.ts";
import type { TestModuleOptions } from "./test_module_options.ts";
import type { VirtualClock } from "./virtual_clock.ts";
import { WatchedBus } from "./watched_bus.ts";
import { watchedClock } from "./watched_clock.ts";

/**
 * Module that runs on a {@linkcode MockBus}. Made by {@linkcode testModule}.
 */
export class TestedModule implements AsyncDisposable {
  /** Plays all other modules. */
  readonly bus: MockBus;
  /**
   * Clock of the module and of the bus. {@linkcode TestedModule.advance} moves
   * it, and settles.
   */
  readonly clock: VirtualClock;
  readonly #context: ModuleContext;
  readonly #logs: LogRecord[] = [];
  readonly #failures: unknown[] = [];
  readonly #unthrown: unknown[] = [];
  readonly #throws: boolean;
  readonly #activity = new Activity();
  readonly #busy: number;
  readonly #timeout: number;
  readonly #previous: unknown;
  #stopping: Promise<void> | undefined;

  /** Runs nothing yet. A use of a topic outside of `topics` fails. */
  constructor(id: string, options: TestModuleOptions = {}, topics?: Topics) {
    const { bus = new MockBus(), failures = "throw" } = options;
    const processConfig = frozenTables(options.processConfig ?? {});
    const watched = new WatchedBus(bus, this.#activity);
    this.bus = bus;
    this.#throws = failures === "throw";
    this.clock = bus.clock;
    this.#busy = options.busy ?? 0;
    this.#timeout = options.timeout ?? 5_000;
    this.#previous = options.previous;
    this.#context = new ModuleContext({
      id,
      bus: topics === undefined
        ? watched
        : new DeclaredBus(watched, topics, (use, topic) => {
          const error = undeclaredTopicError(id, use, topic, topics);
          this.#failed(error);
          return error;
        }),
      log: recordLog(this.#logs),
      processConfig: () => processConfig,
      clock: watchedClock(bus.clock, this.#activity),
      // WatchedBus records handlers of requests, and a task its deliveries.
      around: (kind, work) =>
        kind === "task" ? this.#activity.run("a task", work) : work(),
      onFailure: (error) => {
        if (this.#context.signal.aborted && isShutdownError(error)) return;
        this.#failed(error);
      },
    });
  }

  /** Context of the module. */
  get context(): Context {
    return this.#context;
  }

  /** Number of tasks that have begun and not ended. */
  get running(): number {
    return this.#context.running;
  }

  /** Subscriptions that the module holds. */
  get subscriptions(): Iterable<Subscription> {
    return this.#context.subscriptions;
  }

  /** Log records of the module, in order. */
  get logs(): readonly LogRecord[] {
    return this.#logs;
  }

  /**
   * Errors of its tasks and uses of undeclared topics, in order. A task that
   * ends because of the stop is not a failure.
   */
  get failures(): readonly unknown[] {
    return this.#failures;
  }

  /**
   * Calls `init` and begins the tasks. Rejects with `INIT_FAILED`, and stops,
   * if `init` throws or hangs.
   */
  async start(module: Module, config: unknown): Promise<void> {
    const context = this.#context;
    try {
      await this.#within(
        `its init took longer than ${this.#timeout} ms`,
        this.#activity.run("init", async () => {
          await module.init(context, config, { previous: this.#previous });
          await context.ready();
        }),
      );
    } catch (cause) {
      await this.stop().catch(() => {}); // the first failure says more
      throw initFailedError(context.id, cause);
    }
    context.begin();
  }

  /**
   * Makes a request for another module, and resolves with the answer of the
   * module under test. A typed topic checks and types both.
   *
   * Rejects with `NO_HANDLER` if the module does not handle the topic, and as
   * `context.request` does.
   */
  async request<T extends Topic>(
    topic: T,
    message: MessageInput<T>,
    options?: RequestOptions,
  ): Promise<AnswerOutput<T>> {
    const asking = {
      request: (topic, message, options) =>
        this.bus.ask(topic, message, options),
    } satisfies Pick<MessageBus, "request">;
    const answer = typeof topic === "string"
      ? asking.request(topic, message, options)
      : requestChecked(asking, topic, message, options);
    return await answer as AnswerOutput<T>;
  }

  /**
   * Returns the messages that the module published on a topic or pattern, in
   * order. A typed topic types them; they are not checked again.
   */
  published<T extends TopicOrPattern>(topic: T): MessageInput<T>[] {
    const pattern = typeof topic === "string" ? topic : topic.name;
    return this.bus.published
      .filter((sent) => topicMatches(pattern, sent.topic))
      .map(({ message }) => message as MessageInput<T>);
  }

  /**
   * Resolves when nothing happens until the test acts: each task and each
   * handler has ended, or waits for a delivery, an answer, room in a queue or
   * the virtual clock.
   *
   * Rejects with the error of a task, or with `NOT_SETTLED`, which names the
   * busy tasks. It waits for work outside of the bus, such as reading a file,
   * but not for answers of the test that take real time.
   */
  async settle(): Promise<void> {
    const busy = await this.#activity.settled(this.#busy, this.#deadline());
    this.#throwFailure();
    if (busy !== undefined) {
      throw notSettledError(this.#context.id, this.#timeout, busy);
    }
  }

  /**
   * Settles, and advances the virtual clock, settling after each wake-up.
   * Rejects as `settle` does.
   */
  advance(milliseconds: number): Promise<void> {
    return this.clock.advance(milliseconds, { settle: () => this.settle() });
  }

  /**
   * Returns the state that the module would keep if its code was replaced now;
   * undefined if it keeps none.
   */
  kept(): Promise<unknown> {
    return this.#context.kept();
  }

  /** Fires the signal of the context. The bus stays open. */
  abort(): void {
    this.#context.stop();
  }

  /**
   * Stops the module as a process does: its signal fires, deliveries in flight
   * are finished, its loops end, and the bus closes. Harmless twice.
   *
   * Rejects with the error of a task, or with `DRAIN_TIMEOUT` if a task or
   * handler is still running.
   */
  async stop(): Promise<void> {
    await (this.#stopping ??= this.#stop());
    this.#throwFailure();
  }

  /** Calls `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    const deadline = this.#deadline();
    this.#context.stop();
    await this.#activity.settled(0, deadline);
    await this.#context.close();
    await this.#activity.settled(0, deadline);
    await this.bus.close();
    await this.#activity.ended(deadline);
    await this.#context.cleanUp();
    if (this.#activity.size > 0) {
      this.#unthrown.push(
        drainTimeoutError(
          this.#context.id,
          this.#timeout,
          this.#activity.describe(),
        ),
      );
    }
  }

  /** Records an error once: that of an undeclared topic may also end a task. */
  #failed(error: unknown): void {
    if (this.#failures.includes(error)) return;
    this.#failures.push(error);
    if (this.#throws) this.#unthrown.push(error);
  }

  #deadline(): number {
    return performance.now() + this.#timeout;
  }

  /**
   * Throws the first error that was not thrown yet. Later ones would only hide
   * it.
   */
  #throwFailure(): void {
    if (this.#unthrown.length === 0) return;
    const [first] = this.#unthrown.splice(0);
    throw first;
  }

  /** Rejects after the timeout, with the cause of an `INIT_FAILED`. */
  async #within<T>(late: string, promise: Promise<T>): Promise<T> {
    const { promise: timeout, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(late)), this.#timeout);
    try {
      return await Promise.race([promise, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}
