import { yieldToEventLoop } from "../bus/event_loop.ts";
import { type Clock, stoppingClock, systemClock } from "../clock.ts";
import type { Handling } from "../handling.ts";
import type { MessageBus } from "../message_bus.ts";
import type { SubscribeOptions, Subscription } from "../subscription.ts";
import type { ModuleTracer } from "../tracing/module_tracer.ts";
import type {
  ModuleContextOptions,
  Predecessor,
  WorkKind,
} from "./module_context_options.ts";
import { ModuleSubscriptions } from "./module_subscriptions.ts";
import type { Swapping } from "./swapping.ts";
import { CleanUps, OpenResources, Tasks } from "./tasks.ts";

/** Message in the log of a subscription that a successor does not take over. */
const NOT_TAKEN_OVER =
  'dropped {count} messages of "{pattern}": the new code does not subscribe in the same way';

/**
 * Life of one run of a module: its open resources and tasks, and the calls of
 * its runner that begin, stop, swap and end them.
 */
export abstract class ModuleLife implements Predecessor {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Traces what the module receives, if the process traces. */
  readonly tracing: ModuleTracer | undefined;
  /**
   * Returns the number of working tasks of a module whose code runs elsewhere.
   */
  workingElsewhere: (() => number) | undefined;
  /** Calls code of the module: a handler, or a task. */
  protected readonly around: <T>(kind: WorkKind, work: () => T) => T;
  protected readonly opened: ModuleSubscriptions;
  /** Holds the handlings if the code of the module may be swapped. */
  protected readonly swapping: Swapping | undefined;
  /** Holds the handlings otherwise. */
  protected readonly unswapped: OpenResources<Handling> = new OpenResources();
  protected readonly tasks: Tasks;
  protected readonly cleanUps: CleanUps;
  /** Earlier runs, until this run is ready. */
  protected predecessor: Predecessor | undefined;
  readonly #controller = new AbortController();
  readonly #bus: MessageBus;
  /** True once its resources are closed, or kept for its successor. */
  #ended = false;

  /** Opens and runs nothing yet. */
  constructor(options: ModuleContextOptions) {
    this.signal = this.#controller.signal;
    this.clock = stoppingClock(options.clock ?? systemClock, this.signal);
    this.tracing = options.tracing;
    this.swapping = options.swapping?.(options.bus);
    this.#bus = options.bus;
    this.opened = new ModuleSubscriptions({
      bus: options.bus,
      log: options.log,
      keep: options.swapping !== undefined || (options.keep ?? false),
      whileDown: options.whileDown ?? "drop-newest",
    });
    this.predecessor = options.predecessor;
    this.around = options.around ?? ((_, work) => work());
    this.tasks = new Tasks(
      (error) => {
        this.opened.blame(error);
        options.onFailure?.(error);
      },
      (task) => {
        const work = () => this.around("task", task);
        return this.tracing ? this.tracing.task(work) : work();
      },
    );
    this.cleanUps = new CleanUps((error) => options.onFailure?.(error));
  }

  /** Resolves when all subscriptions and handlings so far are ready. */
  async ready(): Promise<void> {
    await this.opened.ready();
    await this.#handlings.ready();
    this.predecessor?.warnUnread();
    await this.predecessor?.close();
    this.predecessor = undefined;
  }

  /**
   * Logs the queued messages of subscriptions that were not handed over: they
   * are about to be dropped.
   */
  warnUnread(): void {
    this.opened.logQueued(NOT_TAKEN_OVER);
    this.predecessor?.warnUnread();
  }

  /**
   * Logs the unread messages that a stop drops. A broker takes back the
   * messages that it queues.
   */
  logUnread(): void {
    if (this.#bus.abilities.backPressure === "broker") return;
    this.opened.logQueued(
      'the module stops with {count} unread messages of "{pattern}"',
    );
  }

  /** Begins the tasks given to `run`. */
  begin(): void {
    this.tasks.begin();
  }

  /** Number of requests that handlers work on. */
  get handling(): number {
    let running = 0;
    for (const handling of this.#handlings) running += handling.running;
    return running;
  }

  /** Number of tasks that do not wait for a delivery. */
  get working(): number {
    const here = this.tasks.running - this.opened.readers;
    return Math.max(0, here) + (this.workingElsewhere?.() ?? 0);
  }

  /** Number of tasks that have begun and not ended. */
  get running(): number {
    return this.tasks.running;
  }

  /** Its open subscriptions, for inspection. */
  get subscriptions(): Iterable<Subscription> {
    return this.opened;
  }

  /** Fires the signal: the module must begin no new work. */
  stop(): void {
    this.tasks.cancel();
    this.#controller.abort();
  }

  /**
   * Ends a failed module: keeps its subscriptions for its successor, takes no
   * more requests, and cleans up.
   */
  async fail(): Promise<void> {
    this.#end();
    await this.#handlings.close();
    await this.opened.keep();
    await this.cleanUp();
  }

  /**
   * Prepares a swap: loops end at the end of their step, and further requests
   * wait. Resolves when everything in flight is finished. Call `handOver` next.
   */
  async finish(): Promise<void> {
    this.swapping?.end();
    this.opened.finish();
    // deliveries handed out just now are in flight by then
    await yieldToEventLoop();
    await this.swapping?.steps(); // a step may make a request to this module
    await this.swapping?.hold();
  }

  /**
   * Keeps subscriptions and handlings for the successor. Requests wait
   * meanwhile.
   */
  async handOver(): Promise<void> {
    this.swapping?.end();
    this.swapping?.hold();
    this.#end();
    this.opened.finish();
    await this.opened.handOver();
  }

  /** Ends loops and handlings, which ends the tasks. Wait for `ended`. */
  async close(): Promise<void> {
    this.#end();
    await Promise.all([
      this.opened.close(),
      this.#handlings.close(),
      this.predecessor?.close(),
    ]);
  }

  /** Resolves when no task is running and all clean-ups have ended. */
  async ended(): Promise<void> {
    await this.tasks.ended();
    await this.cleanUp();
  }

  /** Calls the clean-ups, even if a task is still running. */
  cleanUp(): Promise<void> {
    return this.cleanUps.run();
  }

  /**
   * Handlings that this run and earlier runs hand over, the latest run
   * first.
   */
  get swappings(): readonly Swapping[] {
    const earlier = this.predecessor?.swappings ?? [];
    return this.swapping ? [this.swapping, ...earlier] : earlier;
  }

  /**
   * Hands over the subscription that `subscribe` with these arguments would
   * open, of this run or an earlier one.
   */
  release(
    pattern: string,
    options: SubscribeOptions,
  ): Subscription | undefined {
    return this.opened.release(pattern, options) ??
      this.predecessor?.release(pattern, options);
  }

  #end(): void {
    this.stop();
    this.#ended = true;
  }

  /**
   * Returns options that close a new resource at once, after the end: an
   * abandoned `init`, or a task that is still running, must leave nothing open.
   */
  protected closedAfterEnd(): { signal?: AbortSignal } {
    return this.#ended ? { signal: this.signal } : {};
  }

  get #handlings(): Pick<Swapping, "ready" | "close"> & Iterable<Handling> {
    return this.swapping ?? this.unswapped;
  }
}
