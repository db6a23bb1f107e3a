import { type Clock, systemClock } from "../clock.ts";
import type { Context } from "../context.ts";
import { turnOver } from "../bus/turn.ts";
import type { TypedTopic } from "../define_topic.ts";
import type { Log } from "../log.ts";
import type {
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  PublishOptions,
  RequestDelivery,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "../message_bus.ts";
import { acceptance, hearing, wanted } from "./acceptance.ts";
import { CleanUps } from "./clean_ups.ts";
import { Holdings } from "./holdings.ts";
import type { ModuleContextOptions } from "./module_context_options.ts";
import { ModuleSubscriptions } from "./module_subscriptions.ts";
import { stoppingClock } from "./stopping_clock.ts";
import type { Swapping } from "./swapping.ts";
import { Tasks } from "./tasks.ts";
import { answerChecked, requestChecked } from "./typed_request.ts";
import { publishChecked } from "./typed_publish.ts";

/**
 * The context of one module, seen from whoever runs it: what it holds open, what it runs, and how to stop it.
 *
 * @example
 * ```ts
 * import type { Log } from "@caryatid/sdk";
 * import { ModuleContext } from "@caryatid/sdk/host";
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const quiet = () => {};
 * const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
 * await using bus = new MockBus();
 * const context = new ModuleContext({ id: "greeter", bus, log });
 * context.run(() => context.publish("greeting", "hello")); // what init does
 * await context.ready(); // it hears all that it subscribed to
 * context.begin();
 * await context.ended();
 * assert.equal(bus.published.length, 1);
 * await context.close();
 * ```
 */
export class ModuleContext implements Context {
  readonly id: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Tells how many such tasks there are besides, of a module whose code runs somewhere else. */
  workingElsewhere: (() => number) | undefined;
  readonly #bus: MessageBus;
  #predecessor: ModuleContext | undefined;
  readonly #around: <T>(handler: boolean, work: () => T) => T;
  readonly #controller = new AbortController();
  /** What it holds was closed, or kept for its successor. */
  #ended = false;
  readonly #subscriptions: ModuleSubscriptions;
  readonly #opened = new Holdings<Handling>();
  /** Where the module's code may be swapped, its handlings are there. */
  readonly #swapping: Swapping | undefined;
  readonly #tasks: Tasks;
  readonly #cleanUps: CleanUps;

  /** Nothing is held or run yet. */
  constructor(options: ModuleContextOptions) {
    this.id = options.id;
    this.log = options.log;
    this.signal = this.#controller.signal;
    this.clock = stoppingClock(options.clock ?? systemClock, this.signal);
    this.#bus = options.bus;
    this.#swapping = options.swapping?.(options.bus);
    this.#subscriptions = new ModuleSubscriptions({
      bus: options.bus,
      log: options.log,
      keep: options.swapping !== undefined || (options.keep ?? false),
    });
    this.#predecessor = options.predecessor;
    this.#around = options.around ?? ((_, work) => work());
    this.#tasks = new Tasks(
      (error) => {
        this.#subscriptions.blame(error);
        options.onFailure?.(error);
      },
      (task) => this.#around(false, task),
    );
    this.#cleanUps = new CleanUps((error) => options.onFailure?.(error));
  }

  publish(
    topic: TypedTopic | string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    return typeof topic === "string"
      ? this.#bus.publish(topic, message, options)
      : publishChecked(this.#bus, topic, message, options);
  }

  subscribe(
    topic: TypedTopic | string,
    options: SubscribeOptions = {},
  ): Subscription<never> {
    const pattern = typeof topic === "string" ? topic : topic.name;
    const accept = acceptance(topic, options.accept, this.log);
    const { filter, where } = options;
    const all = {
      ...options,
      ...(accept && { accept }),
      ...(filter && { filter: hearing(filter, this.log) }),
      ...(where && { where: wanted(where, this.log) }),
      ...this.#over(),
    };
    const subscription = this.#predecessor?.release(pattern, all) ??
      this.#subscriptions.open(pattern, all);
    this.#subscriptions.add(subscription);
    const mine = this.#swapping?.lend(subscription) ?? subscription;
    return mine as Subscription<never>;
  }

  request(
    topic: TypedTopic | string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<never> {
    const answer = typeof topic === "string"
      ? this.#bus.request(topic, message, options)
      : requestChecked(this.#bus, topic, message, options);
    return (this.#swapping?.asks(answer) ?? answer) as Promise<never>;
  }

  handle(
    topic: TypedTopic | string,
    handler: Handler<never>,
    options?: HandleOptions,
  ): Handling {
    const [pattern, answer] = typeof topic === "string"
      ? [topic, handler as Handler]
      : [topic.name, answerChecked(topic, handler as Handler)];
    const all = { ...options, ...this.#over() };
    const around = this.#around;
    const watched = (request: RequestDelivery) =>
      around(true, () => answer(request));
    return this.#swapping
      ? this.#swapping.handle(pattern, watched, all, this.#earlier())
      : this.#opened.add(this.#bus.handle(pattern, watched, all));
  }

  run(task: () => Promise<void>): void {
    this.#tasks.add(task);
  }

  defer(cleanUp: () => void | Promise<void>): void {
    this.#cleanUps.add(cleanUp);
  }

  /** Resolves when all that was subscribed to or handled so far is heard. */
  async ready(): Promise<void> {
    await this.#subscriptions.ready();
    await this.#handlings.ready();
    this.#predecessor?.tellUnread();
    await this.#predecessor?.close();
    this.#predecessor = undefined;
  }

  /** Logs what waits in subscriptions that nobody has taken over: it is about to be dropped. */
  tellUnread(): void {
    for (const { pattern, depth } of this.#subscriptions) {
      if (depth === 0) continue;
      this.log.warn(
        'dropped {count} messages that waited on "{pattern}": it is no longer subscribed to, or not in the same way',
        { count: depth, pattern },
      );
    }
    this.#predecessor?.tellUnread();
  }

  /** Begins the tasks given to `run`. */
  begin(): void {
    this.#tasks.begin();
  }

  /** Requests that handlers work on now. */
  get handling(): number {
    let running = 0;
    for (const handling of this.#handlings) running += handling.running;
    return running;
  }

  /** Tasks that do something else than wait for the next delivery. */
  get working(): number {
    const here = this.#tasks.running - this.#subscriptions.readers;
    return Math.max(0, here) + (this.workingElsewhere?.() ?? 0);
  }

  /** Tasks that have begun and not ended. */
  get running(): number {
    return this.#tasks.running;
  }

  /** What it holds open: for those who show what goes on. */
  get subscriptions(): Iterable<Subscription> {
    return this.#subscriptions;
  }

  /** Fires the signal: no new work from here on. */
  stop(): void {
    this.#tasks.cancel();
    this.#controller.abort();
  }

  /** The module failed: keeps its subscriptions for its successor, takes no more requests, and cleans up. */
  async fail(): Promise<void> {
    this.#end();
    await this.#handlings.close();
    await this.#subscriptions.keep();
    await this.cleanUp();
  }

  /**
   * Other code is to take over: loops end when they come back from their step, and no more requests are answered. Resolves when
   * all that was in hand is finished. `handOver` is to follow.
   */
  async finish(): Promise<void> {
    this.#swapping?.end();
    this.#subscriptions.finish();
    await turnOver(); // what was given out just now is in hand by then
    await this.#swapping?.steps(); // one may ask this very module
    await this.#swapping?.hold();
  }

  /** Keeps what the module listens to and answers for its successor. Requests wait meanwhile. */
  async handOver(): Promise<void> {
    this.#swapping?.end();
    this.#swapping?.hold();
    this.#end();
    this.#subscriptions.finish();
    await this.#subscriptions.handOver();
  }

  /** Ends loops and handlings. Tasks end by that; wait for `ended`. */
  async close(): Promise<void> {
    this.#end();
    await Promise.all([
      this.#subscriptions.close(),
      this.#handlings.close(),
      this.#predecessor?.close(),
    ]);
  }

  /** Resolves when no task runs any more, and what was deferred is done. */
  async ended(): Promise<void> {
    await this.#tasks.ended();
    await this.cleanUp();
  }

  /** Does what was deferred, even if a task goes on regardless. */
  cleanUp(): Promise<void> {
    return this.#cleanUps.run();
  }

  /** Takes a subscription of the module before it failed out of its hands, if it has such a one. */
  release(
    pattern: string,
    options: SubscribeOptions,
  ): Subscription | undefined {
    return this.#subscriptions.release(pattern, options) ??
      this.#predecessor?.release(pattern, options);
  }

  #end(): void {
    this.stop();
    this.#ended = true;
  }

  /** An `init` that was given up, or a task that goes on regardless, opens nothing any more: nobody would ever close it. */
  #over(): { signal?: AbortSignal } {
    return this.#ended ? { signal: this.signal } : {};
  }

  get #handlings(): Pick<Swapping, "ready" | "close"> & Iterable<Handling> {
    return this.#swapping ?? this.#opened;
  }

  /** What the lives before may hand over, the last one first. */
  #earlier(): Swapping[] {
    const earlier: Swapping[] = [];
    for (let one = this.#predecessor; one; one = one.#predecessor) {
      if (one.#swapping) earlier.push(one.#swapping);
    }
    return earlier;
  }
}
