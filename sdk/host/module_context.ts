import type { Context } from "../context.ts";
import type { TopicSchemas } from "../typed_topic.ts";
import type { BusHealth, Health } from "../health.ts";
import type { Log } from "../log.ts";
import type { Delivery, RequestDelivery } from "../delivery.ts";
import type { HandleOptions, Handler, Handling } from "../handling.ts";
import type {
  MessageBus,
  PublishOptions,
  RequestOptions,
} from "../message_bus.ts";
import type {
  ConsumeOptions,
  Consumer,
  SubscribeOptions,
  Subscription,
} from "../subscription.ts";
import {
  acceptance,
  loggedErrors,
  loggedWhere,
  RejectionLog,
} from "./acceptance.ts";
import {
  checkConsumer,
  type Consume,
  ModuleConsumer,
} from "./module_consumer.ts";
import { type FrozenTable, NO_TABLES } from "./frozen_tables.ts";
import { healthOf } from "./health_of.ts";
import type { DeadLetters } from "../dead_letters.ts";
import { NO_DEAD_LETTERS } from "./no_dead_letters.ts";
import type {
  Around,
  ModuleContextOptions,
  OnTypedTopic,
} from "./module_context_options.ts";
import { ModuleLife } from "./module_life.ts";
import {
  answerChecked,
  publishChecked,
  requestChecked,
} from "./typed_sends.ts";

/** Context of one module: the calls that its code makes. */
export class ModuleContext extends ModuleLife implements Context {
  readonly id: string;
  readonly log: Log;
  /**
   * Returns the metrics of the process in the text format of Prometheus;
   * undefined if the process does not count.
   */
  readonly metrics: (() => Promise<string>) | undefined;
  readonly #bus: MessageBus;
  readonly #rejections: RejectionLog;
  readonly #health: (() => Health) | undefined;
  readonly #processConfig: (() => FrozenTable) | undefined;
  readonly #onTypedTopic: OnTypedTopic | undefined;
  readonly #aroundHandler: (() => Around) | undefined;
  #state: (() => unknown) | undefined;

  /** Opens and runs nothing yet. */
  constructor(options: ModuleContextOptions) {
    super(options);
    this.id = options.id;
    this.log = options.log;
    this.metrics = options.metrics;
    this.#bus = options.bus;
    this.#health = options.health;
    this.#rejections = new RejectionLog(options.log);
    this.#processConfig = options.processConfig;
    this.#onTypedTopic = options.onTypedTopic;
    this.#aroundHandler = options.aroundHandler;
  }

  get processConfig(): FrozenTable {
    return this.#processConfig?.() ?? NO_TABLES;
  }

  publish(
    topic: TopicSchemas | string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    return typeof topic === "string"
      ? this.#bus.publish(topic, message, options)
      : publishChecked(this.#bus, topic, message, options);
  }

  subscribe(
    topic: TopicSchemas | string,
    options: SubscribeOptions = {},
  ): Subscription<never> {
    const pattern = typeof topic === "string" ? topic : topic.name;
    if (typeof topic !== "string") this.#onTypedTopic?.("subscribe", topic);
    const accept = acceptance(topic, options.accept, this.#rejections);
    const { where } = options;
    const all = {
      ...options,
      ...(accept && { accept }),
      ...(where && { where: loggedWhere(where, this.log) }),
      ...this.closedAfterEnd(),
    };
    const subscription = this.predecessor?.release(pattern, all) ??
      this.opened.open(pattern, all);
    this.opened.add(subscription);
    const mine = this.swapping?.lend(subscription) ?? subscription;
    const traced = this.tracing?.deliveries(mine) ?? mine;
    return traced as Subscription<never>;
  }

  consume(
    topic: TopicSchemas | string,
    handler: (delivery: Delivery<never>) => void | Promise<void>,
    options: ConsumeOptions = {},
  ): Consumer {
    const { concurrency: _, retry: __, ...others } = options;
    const pattern = typeof topic === "string" ? topic : topic.name;
    const checked = checkConsumer(this.id, pattern, options);
    const consumer = new ModuleConsumer(this.subscribe(topic, others), {
      ...checked,
      module: this.id,
      handler: (delivery) =>
        this.around("delivery", () => (handler as Consume)(delivery)),
      isGrouped: options.group !== undefined,
      clock: this.clock,
      signal: this.signal,
      log: this.log,
    });
    for (let loops = 0; loops < checked.concurrency; loops++) {
      this.run(() => consumer.loop());
    }
    return consumer;
  }

  request(
    topic: TopicSchemas | string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<never> {
    const answer = typeof topic === "string"
      ? this.#bus.request(topic, message, options)
      : requestChecked(this.#bus, topic, message, options);
    return (this.swapping?.asks(answer) ?? answer) as Promise<never>;
  }

  handle(
    topic: TopicSchemas | string,
    handler: Handler<never>,
    options?: HandleOptions,
  ): Handling {
    const [pattern, answer] = typeof topic === "string"
      ? [topic, handler as Handler]
      : [topic.name, answerChecked(topic, handler as Handler)];
    if (typeof topic !== "string") this.#onTypedTopic?.("handle", topic);
    const all = {
      ...options,
      ...this.closedAfterEnd(),
      onError: loggedErrors(options?.onError, this.id, this.log),
    };
    const around = this.#aroundHandler?.();
    const watched = around === undefined
      ? answer
      : (request: RequestDelivery) => around(() => answer(request));
    return this.swapping
      ? this.swapping.handle(
        pattern,
        watched,
        all,
        this.predecessor?.swappings ?? [],
      )
      : this.unswapped.add(this.#bus.handle(pattern, watched, all));
  }

  health(): Health {
    return this.#health?.() ?? healthOf(this.#bus.health(), []);
  }

  busHealth(pattern: string): readonly BusHealth[] {
    return this.#bus.health(pattern);
  }

  get deadLetters(): DeadLetters {
    return this.#bus.deadLetters ?? NO_DEAD_LETTERS;
  }

  run(task: () => Promise<void>): void {
    this.tasks.add(task);
  }

  keep(state: () => unknown): void {
    this.#state = state;
  }

  /** Returns the state that the module keeps for its successor, if any. */
  async kept(): Promise<unknown> {
    return await this.#state?.();
  }

  defer(cleanUp: () => void | Promise<void>): void {
    this.cleanUps.add(cleanUp);
  }
}
