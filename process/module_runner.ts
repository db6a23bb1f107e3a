import type {
  CaryatidError,
  Clock,
  Log,
  MessageBus,
  Module,
  Topics,
} from "@caryatid/sdk";
import { abortedError } from "@caryatid/sdk/bus";
import { ModuleContext, systemClock } from "@caryatid/sdk/host";
import type { SwappingFactory } from "@caryatid/sdk/host/swapping";
import type { OnFailure } from "./config/process_config.ts";
import { isCutShort } from "./cut_short.ts";
import { discard, setAside } from "./discard.ts";
import { handOver } from "./hand_over.ts";
import { initFailedError, moduleFailedError } from "./module_errors.ts";
import { describeError, logError } from "./outcome.ts";
import { StartSignal } from "./start_signal.ts";
import { Strays } from "./strays.ts";
import { untilAborted } from "./until_aborted.ts";
import type { CurrentWork } from "./work.ts";

/** Waits before a restart: doubled each time, forgotten after a while without failure. In milliseconds. */
const FIRST_BACKOFF = 1_000;
const LONGEST_BACKOFF = 30_000;
const FORGET_AFTER = 60_000;

/** What a {@linkcode ModuleRunner} runs: a swap brings another one. */
export interface Running {
  readonly module: Module;
  /** Its checked section. */
  readonly config: unknown;
  readonly onFailure: OnFailure;
  /** What it declares, if anything. */
  readonly topics: Topics | undefined;
  /** The bus, as it may use it. */
  readonly bus: MessageBus;
}

/** What a {@linkcode ModuleRunner} is made of. */
export interface ModuleRunnerOptions extends Running {
  readonly id: string;
  /** Where its code may be swapped. */
  readonly swapping?: SwappingFactory | undefined;
  readonly log: Log;
  readonly clock: Clock | undefined;
  /** How long setting itself up anew may take, in milliseconds; 0 is for ever. */
  readonly startDeadline: number;
  readonly work: CurrentWork;
  /** Hears of a failure that ends the process. */
  readonly fatal: (error: CaryatidError) => void;
}

/** How a swap goes. */
export interface SwapTerms {
  /** Whether what the module listens to and answers is closed, rather than kept: it may not any more. */
  readonly fresh: boolean;
  /** Until what the old code has in hand is finished, in milliseconds. */
  readonly finish: number;
}

/** One module of a process, through its restarts and swaps. */
export class ModuleRunner {
  readonly id: string;
  readonly #options: ModuleRunnerOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #strays: Strays;
  #running: Running;
  #context: ModuleContext;
  #begunAt = 0;
  #backoff = FIRST_BACKOFF;
  #restarting: Promise<void> | undefined;
  /** Ends a restart for a swap, which starts the module in its place. */
  #overtaken = new AbortController();
  #swapping: Promise<void> | undefined;

  /** Nothing happens yet. */
  constructor(options: ModuleRunnerOptions) {
    this.id = options.id;
    this.#options = options;
    this.#running = options;
    this.#clock = options.clock ?? systemClock;
    this.#strays = new Strays(options.log);
    this.#context = this.#makeContext(undefined);
  }

  /** Its code; another one after a swap. */
  get module(): Module {
    return this.#running.module;
  }

  /** What the module works with now; another one after a restart. */
  get context(): ModuleContext {
    return this.#context;
  }

  /** Has the module set itself up. Rejects with `INIT_FAILED` if it throws, or is not done when `signal` fires. */
  async init(signal: AbortSignal): Promise<void> {
    const { module, config } = this.#running;
    try {
      const context = this.#context;
      await untilAborted(
        (async () => {
          await module.init(context, config);
          await context.ready();
        })(),
        signal,
      );
    } catch (cause) {
      throw initFailedError(this.id, cause);
    }
  }

  /** Begins what the module runs. */
  begin(): void {
    this.#begunAt = this.#clock.monotonic();
    this.#context.begin();
  }

  /**
   * Has other code take over, with what waits for the old one. The next swap is to wait for this one.
   *
   * What the old code has in hand is finished, its tasks end by the signal, then `init` of the new one runs. If that fails, the old
   * code is started again, with what waited. Rejects with `INIT_FAILED` then, or with `ABORTED` if the module is stopped.
   */
  swap(next: Running, terms: SwapTerms): Promise<void> {
    const swap = this.#swap(next, terms);
    this.#swapping = swap.catch(() => {}); // who asked for it hears of it
    return swap;
  }

  /** No new work from here on, and no restart. */
  stop(): void {
    this.#stopping.abort();
    this.#context.stop();
  }

  /** Ends loops and handlings. Tasks end by that; wait for `ended`. */
  async close(): Promise<void> {
    this.stop();
    await this.#swapping;
    await this.#restarting;
    await this.#context.close();
  }

  /** Resolves when the module's tasks have ended, and what it deferred is done. */
  ended(): Promise<void> {
    return this.#context.ended();
  }

  #makeContext(predecessor: ModuleContext | undefined): ModuleContext {
    const { id, log, clock, work, swapping } = this.#options;
    const { bus, topics, onFailure } = this.#running;
    const context: ModuleContext = new ModuleContext({
      id,
      bus: this.#strays.watch(bus, topics),
      log,
      clock,
      swapping,
      keep: onFailure === "restart",
      predecessor,
      around: (handler, body) => work.run({ id, handler }, body),
      onFailure: (error) => this.#failed(context, error),
    });
    return context;
  }

  #failed(context: ModuleContext, error: unknown): void {
    const { fatal } = this.#options;
    const { onFailure } = this.#running;
    if (context.signal.aborted) return this.#failedWhileStopping(error);
    const failure = this.#told(error);
    if (onFailure === "fail") fatal(failure);
    // A swap is going to start it anew in any case.
    if (onFailure !== "restart" || this.#overtaken.signal.aborted) return;
    this.#restarting = this.#restart(context).catch((error) => {
      // What it held can't be kept, so there is nothing to go on with.
      if (isCutShort(error) && this.#stopping.signal.aborted) return;
      fatal(this.#told(error));
    });
  }

  #told(error: unknown): CaryatidError {
    const failure = moduleFailedError(this.id, error);
    logError(this.#options.log, failure);
    return failure;
  }

  /** What was cut short by the stop is no failure. */
  #failedWhileStopping(error: unknown): void {
    if (isCutShort(error)) return;
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
        await this.#initAnew(signal);
        this.begin();
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
    setAside(old.module);
    try {
      const hasEnded = await handOver(
        this.#context,
        terms.finish,
        this.#options.log,
      );
      // Whatever it does: its successor may be the only one.
      if (!hasEnded) await discard(old.module);
      if (terms.fresh) {
        this.#context.tellUnread();
        await this.#context.close();
      }
      await this.#takeOver(next);
    } catch (error) {
      if (this.#stopping.signal.aborted) {
        await discard(old.module);
        throw this.#abortedSwap();
      }
      this.#options.log.warn("the new code doesn't start: back to the old one");
      await this.#goBack(old);
      throw error;
    }
    await discard(old.module);
  }

  /** As `init`, in time. */
  async #initAnew(stopping: AbortSignal): Promise<void> {
    const { startDeadline } = this.#options;
    const start = new StartSignal(startDeadline, stopping);
    try {
      stopping.throwIfAborted();
      await this.init(start.signal);
    } finally {
      start.close(); // by hand: Node 22 has no `using`
    }
  }

  async #takeOver(next: Running): Promise<void> {
    this.#running = next;
    this.#context = this.#makeContext(this.#context);
    const context = this.#context;
    try {
      await this.#initAnew(this.#stopping.signal);
    } catch (error) {
      // In this order: code that runs elsewhere closes what it listens to as it cleans up.
      await handOver(context, 0, this.#options.log);
      throw error;
    }
    this.#overtaken = new AbortController();
    this.begin();
  }

  /** The old code worked before: if it doesn't any more, that is a failure like others. */
  async #goBack(old: Running): Promise<void> {
    try {
      await this.#takeOver(old);
    } catch (error) {
      await discard(old.module);
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
