import type { CaryatidError, Clock, Module, ModuleState } from "@caryatid/sdk";
import { abortedError, describeFailure } from "@caryatid/sdk/bus";
import {
  isShutdownError,
  ModuleContext,
  systemClock,
} from "@caryatid/sdk/internal/host";
import type { ModuleFailure } from "../monitor/process_snapshot.ts";
import { detach, dispose } from "../loading/loader.ts";
import { untilAborted } from "../platform/until_aborted.ts";
import { StartDeadline } from "./deadlines.ts";
import {
  describeError,
  initFailedError,
  logError,
  moduleFailedError,
} from "./errors.ts";
import type {
  ModuleRunnerOptions,
  Running,
  SwapTerms,
} from "./module_runner_options.ts";
import { finishForTakeover } from "./takeover.ts";

/**
 * Backoff before a restart, in milliseconds: doubled each time, reset after
 * `FORGET_AFTER` without a failure.
 */
const FIRST_BACKOFF = 1_000;
const LONGEST_BACKOFF = 30_000;
const FORGET_AFTER = 60_000;
/** Maximum number of failures that are kept, and length of a text. */
const MAX_FAILURES = 5;
const MAX_TEXT = 500;

/** Runs one module of a process through its restarts and swaps. */
export class ModuleRunner {
  readonly id: string;
  /** Number of restarts after a failure. */
  restarts = 0;
  /** The latest failures, oldest first. */
  readonly failures: ModuleFailure[] = [];
  readonly #options: ModuleRunnerOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #running: Running;
  #context: ModuleContext;
  #state: ModuleState = "starting";
  #isInitializing = false;
  #begunAt = 0;
  #backoff = FIRST_BACKOFF;
  #restarting: Promise<void> | undefined;
  /** Aborts a restart in favor of a swap. */
  #overtaken = new AbortController();
  #swapping: Promise<void> | undefined;

  /** Runs nothing yet. */
  constructor(options: ModuleRunnerOptions) {
    this.id = options.id;
    this.#options = options;
    this.#running = options;
    this.#clock = options.clock ?? systemClock;
    this.#context = this.#makeContext(undefined);
  }

  /** Current code of the module. A swap replaces it. */
  get module(): Module & {
    readonly memory?: number | undefined;
    readonly cores?: number | undefined;
  } {
    return this.#running.module;
  }

  /** State of the module. */
  get state(): ModuleState {
    return this.#stopping.signal.aborted ? "stopped" : this.#state;
  }

  /** True while `init` of the module runs, also after it came too late. */
  get isInitializing(): boolean {
    return this.#isInitializing;
  }

  /** Current context of the module. A restart replaces it. */
  get context(): ModuleContext {
    return this.#context;
  }

  /**
   * Calls `init` of the module, with the state of the code that it replaces.
   * Rejects with `INIT_FAILED` if it throws or has not finished when `signal`
   * fires.
   */
  async init(signal: AbortSignal, previous?: unknown): Promise<void> {
    const { module, config } = this.#running;
    try {
      const context = this.#context;
      this.#isInitializing = true;
      await untilAborted(
        (async () => {
          try {
            await module.init(context, config, { previous });
          } finally {
            this.#isInitializing = false;
          }
          await context.ready();
        })(),
        signal,
      );
    } catch (cause) {
      throw initFailedError(this.id, cause);
    }
  }

  /** Begins the tasks of the module. */
  begin(): void {
    this.#state = "running";
    this.#begunAt = this.#clock.monotonic();
    this.#context.begin();
  }

  /**
   * Replaces the code. Waiting messages and requests are kept. The next swap
   * must wait for this one.
   *
   * The old code finishes deliveries in flight, the signal ends its tasks, and
   * `init` of the new code runs. If `init` fails, the old code is started again
   * with the waiting messages, and the promise rejects with `INIT_FAILED`. It
   * rejects with `ABORTED` if the module is stopped.
   */
  swap(next: Running, terms: SwapTerms): Promise<void> {
    const swap = this.#swap(next, terms);
    this.#swapping = swap.catch(() => {}); // the caller receives the error
    return swap;
  }

  /** Accepts no further deliveries and prevents restarts. */
  stop(): void {
    this.#stopping.abort();
    this.#context.stop();
  }

  /**
   * Closes subscriptions and handlers, which ends the tasks. `ended` waits for
   * them.
   */
  async close(): Promise<void> {
    this.stop();
    await this.#swapping;
    await this.#restarting;
    await this.#context.close();
  }

  /**
   * Resolves when the tasks of the module have ended and its clean-up functions
   * have run.
   */
  ended(): Promise<void> {
    return this.#context.ended();
  }

  #makeContext(predecessor: ModuleContext | undefined): ModuleContext {
    const { id, log, clock, tasks, swapping, health, metrics, onTypedTopic } =
      this.#options;
    const task = { id, handler: false };
    const handling = { id, handler: true };
    const { bus, onFailure, whileDown, processConfig, tracing } = this.#running;
    const context: ModuleContext = new ModuleContext({
      id,
      bus,
      log,
      clock,
      swapping,
      health,
      keep: onFailure === "restart",
      whileDown,
      processConfig,
      tracing,
      metrics,
      onTypedTopic,
      predecessor,
      around: (_, body) => tasks.run(task, body),
      aroundHandler: () => tasks.handler(handling),
      onFailure: (error) => this.#failed(context, error),
    });
    return context;
  }

  #failed(context: ModuleContext, error: unknown): void {
    const { fatal } = this.#options;
    const { onFailure } = this.#running;
    if (context.signal.aborted) return this.#failedWhileStopping(error);
    const failure = this.#logFailure(error);
    this.#state = onFailure === "restart" ? "restarting" : "failed";
    if (onFailure === "fail") fatal(failure);
    // A swap restarts the module anyway.
    if (onFailure !== "restart" || this.#overtaken.signal.aborted) return;
    this.#restarting = this.#restart(context).catch((error) => {
      // Subscriptions could not be kept, so a restart is impossible.
      if (isShutdownError(error) && this.#stopping.signal.aborted) return;
      fatal(this.#logFailure(error));
    });
  }

  #logFailure(error: unknown): CaryatidError {
    const { code, message } = describeFailure(error);
    const failures = this.failures;
    failures.push({
      time: Date.now(),
      code: code.slice(0, MAX_TEXT),
      message: message.slice(0, MAX_TEXT),
    });
    if (failures.length > MAX_FAILURES) failures.shift();
    const failure = moduleFailedError(this.id, error);
    logError(this.#options.log, failure);
    return failure;
  }

  /** Logs an error during a stop, unless the stop caused it. */
  #failedWhileStopping(error: unknown): void {
    if (isShutdownError(error)) return;
    this.#options.log.warn("failed while stopping: {error}", {
      error: describeError(error),
    });
  }

  async #restart(failed: ModuleContext): Promise<void> {
    const { log } = this.#options;
    const clock = this.#clock;
    const signal = AbortSignal.any([
      this.#stopping.signal,
      this.#overtaken.signal,
    ]);
    await failed.fail();
    if (clock.monotonic() - this.#begunAt >= FORGET_AFTER) {
      this.#backoff = FIRST_BACKOFF;
    }
    for (let predecessor = failed; !signal.aborted;) {
      const wait = this.#backoff;
      this.#backoff = Math.min(this.#backoff * 2, LONGEST_BACKOFF);
      log.info("restarting in {seconds} s", { seconds: wait / 1000 });
      try {
        await clock.sleep(wait, signal);
        this.#context = this.#makeContext(predecessor);
        await this.#initInTime(signal);
        this.begin();
        this.restarts++;
        log.info("restarted");
        return;
      } catch (error) {
        if (signal.aborted) break;
        logError(log, error);
        await this.#context.fail();
        predecessor = this.#context;
      }
    }
    if (this.#overtaken.signal.aborted) await this.#context.handOver();
    else await failed.close();
  }

  async #swap(next: Running, terms: SwapTerms): Promise<void> {
    const old = this.#running;
    this.#overtaken.abort();
    await this.#restarting;
    this.#restarting = undefined;
    detach(old.module);
    let state: unknown;
    try {
      const hasEnded = await finishForTakeover(
        this.#context,
        terms.finish,
        this.#options.log,
      );
      // It may still run, but the new code must be the only instance.
      if (!hasEnded) await dispose(old.module);
      if (terms.keepsState) {
        // Only here: it loads the codec, which a start does without.
        const { takeOverState } = await import("./state_takeover.ts");
        state = await takeOverState(this.#context, this.#options.log);
      }
      if (terms.fresh) {
        this.#context.warnUnread();
        await this.#context.close();
      }
      await this.#takeOver(next, state);
    } catch (error) {
      if (this.#stopping.signal.aborted) {
        await dispose(old.module);
        throw this.#abortedSwap();
      }
      this.#options.log.warn(
        "the new code does not start; starting the old code again",
      );
      await this.#goBack(old, state);
      throw error;
    }
    if (old.module !== next.module) await dispose(old.module);
  }

  /** Calls `init` with the start deadline. */
  async #initInTime(
    stopping: AbortSignal,
    previous?: unknown,
  ): Promise<void> {
    const { startDeadline } = this.#options;
    const start = new StartDeadline(startDeadline, stopping);
    try {
      stopping.throwIfAborted();
      await this.init(start.signal, previous);
    } finally {
      start.close(); // explicit: Node 22 has no `using`
    }
  }

  async #takeOver(next: Running, state: unknown): Promise<void> {
    this.#running = next;
    this.#context = this.#makeContext(this.#context);
    const context = this.#context;
    try {
      await this.#initInTime(this.#stopping.signal, state);
    } catch (error) {
      // In this order: isolated code closes its subscriptions when it cleans
      // up.
      await finishForTakeover(context, 0, this.#options.log);
      throw error;
    }
    this.#overtaken = new AbortController();
    this.begin();
  }

  /** Starts the old code again. If that fails, the module has failed. */
  async #goBack(old: Running, state: unknown): Promise<void> {
    try {
      await this.#takeOver(old, state);
    } catch (error) {
      await dispose(old.module);
      if (this.#stopping.signal.aborted) return;
      this.#overtaken = new AbortController();
      const context = this.#context = this.#makeContext(this.#context);
      this.#failed(context, error);
      if (old.onFailure !== "restart") await context.close();
    }
  }

  #abortedSwap(): CaryatidError {
    return abortedError(`swap module "${this.id}"`, this.#stopping.signal);
  }
}
