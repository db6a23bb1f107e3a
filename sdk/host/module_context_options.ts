import type { Clock } from "../clock.ts";
import type { Health } from "../health.ts";
import type { Log } from "../log.ts";
import type { MessageBus } from "../message_bus.ts";
import type { SubscribeOptions, Subscription } from "../subscription.ts";
import type { FrozenTable } from "./frozen_tables.ts";
import type { ModuleTracer } from "../tracing/module_tracer.ts";
import type { TopicSchemas } from "../typed_topic.ts";
import type { Swapping, SwappingFactory } from "./swapping.ts";

/**
 * Context of an earlier run of a module, as the context of the next run sees
 * it.
 */
export interface Predecessor {
  /**
   * Handlings that this run and earlier runs hand over, the latest run
   * first.
   */
  readonly swappings: readonly Swapping[];
  /**
   * Hands over the subscription that `subscribe` with these arguments would
   * open.
   */
  release(
    pattern: string,
    options: SubscribeOptions,
  ): Subscription | undefined;
  /** Logs messages that are about to be dropped. */
  warnUnread(): void;
  /** Closes everything that was not handed over. */
  close(): Promise<void>;
}

/** Called with each typed topic that a module subscribes to or handles. */
export type OnTypedTopic = (
  use: "subscribe" | "handle",
  topic: TopicSchemas,
) => void;

/** Calls `work`, and returns its result. */
export type Around = <T>(work: () => T) => T;

/** Options of `ModuleContext`. */
export interface ModuleContextOptions {
  /** Id of the module. */
  readonly id: string;
  /** Bus of the module. */
  readonly bus: MessageBus;
  /** Log of the module. */
  readonly log: Log;
  /** Clock of the module (that of the system). */
  readonly clock?: Clock | undefined;
  /** Called for each task that throws. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /**
   * Calls each task and each handler of `consume`, for example within an
   * `AsyncLocalStorage`.
   */
  readonly around?: (<T>(kind: WorkKind, work: () => T) => T) | undefined;
  /** Returns, for each handling, the function that calls its handler. */
  readonly aroundHandler?: (() => Around) | undefined;
  /**
   * True if subscriptions outlive a failure of the module, for the next
   * context.
   */
  readonly keep?: boolean | undefined;
  /**
   * Behavior of kept subscriptions whose queue is full while the module is down
   * ("drop-newest"): they drop the newest message, or make publishers wait.
   */
  readonly whileDown?: "drop-newest" | "wait" | undefined;
  /**
   * Keeps subscriptions and handlings for the code that replaces the module's.
   * It costs two thirds of the rate at which loops read. From
   * `@caryatid/sdk/internal/host/swapping`.
   */
  readonly swapping?: SwappingFactory | undefined;
  /** Called with each typed topic that the module subscribes to or handles. */
  readonly onTypedTopic?: OnTypedTopic | undefined;
  /** Returns the state of the process (the state of the bus). */
  readonly health?: (() => Health) | undefined;
  /** Returns the configuration of the process (no tables). */
  readonly processConfig?: (() => FrozenTable) | undefined;
  /** Returns the metrics of the process in the text format of Prometheus. */
  readonly metrics?: (() => Promise<string>) | undefined;
  /** Traces what the module receives. */
  readonly tracing?: ModuleTracer | undefined;
  /** The context of the same module before it failed or was swapped. */
  readonly predecessor?: Predecessor | undefined;
}

/**
 * Kind of work of a module: a task, or the handling of a delivery by `consume`
 * within a task.
 */
export type WorkKind = "task" | "delivery";
