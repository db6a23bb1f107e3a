import {
  CaryatidError,
  type Clock,
  type Log,
  type MessageBus,
  type Module,
  type Topics,
} from "@caryatid/sdk";
import { ModuleContext, systemClock } from "@caryatid/sdk/host";
import type { OnFailure } from "./config/process_config.ts";
import { isCutShort } from "./cut_short.ts";
import { describeError, logError } from "./outcome.ts";
import { Strays } from "./strays.ts";
import { untilAborted } from "./until_aborted.ts";
import type { CurrentWork } from "./work.ts";

/** Waits before a restart: doubled each time, forgotten after a while without failure. In milliseconds. */
const FIRST_BACKOFF = 1_000;
const LONGEST_BACKOFF = 30_000;
const FORGET_AFTER = 60_000;

/** What a {@linkcode ModuleRunner} is made of. */
export interface ModuleRunnerOptions {
  readonly id: string;
  readonly module: Module;
  /** Its checked section. */
  readonly config: unknown;
  readonly onFailure: OnFailure;
  /** What it declares, if anything. */
  readonly topics: Topics | undefined;
  readonly bus: MessageBus;
  readonly log: Log;
  readonly clock: Clock | undefined;
  readonly work: CurrentWork;
  /** Hears of a failure that ends the process. */
  readonly fatal: (error: CaryatidError) => void;
}

/** One module of a process, through its restarts. */
export class ModuleRunner {
  readonly id: string;
  readonly #options: ModuleRunnerOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #strays: Strays;
  #context: ModuleContext;
  #begunAt = 0;
  #backoff = FIRST_BACKOFF;
  #restarting: Promise<void> | undefined;

  /** Nothing happens yet. */
  constructor(options: ModuleRunnerOptions) {
    this.id = options.id;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#strays = new Strays(options.log);
    this.#context = this.#makeContext(undefined);
  }

  /** What the module works with now; another one after a restart. */
  get context(): ModuleContext {
    return this.#context;
  }

  /** Has the module set itself up. Rejects with `INIT_FAILED` if it throws, or is not done when `signal` fires. */
  async init(signal: AbortSignal): Promise<void> {
    const { module, config } = this.#options;
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
    this.#begunAt = this.#clock.now();
    this.#context.begin();
  }

  /** No new work from here on, and no restart. */
  stop(): void {
    this.#stopping.abort();
    this.#context.stop();
  }

  /** Ends loops and handlings. Tasks end by that; wait for `ended`. */
  async close(): Promise<void> {
    this.stop();
    await this.#restarting;
    await this.#context.close();
  }

  /** Resolves when the module's tasks have ended, and what it deferred is done. */
  ended(): Promise<void> {
    return this.#context.ended();
  }

  #makeContext(predecessor: ModuleContext | undefined): ModuleContext {
    const { id, bus, log, clock, work, onFailure, topics } = this.#options;
    const context: ModuleContext = new ModuleContext({
      id,
      bus: this.#strays.watch(bus, topics),
      log,
      clock,
      keep: onFailure === "restart",
      predecessor,
      around: (handler, body) => work.run({ id, handler }, body),
      onFailure: (error) => this.#failed(context, error),
    });
    return context;
  }

  #failed(context: ModuleContext, error: unknown): void {
    const { log, onFailure, fatal } = this.#options;
    if (context.signal.aborted) return this.#failedWhileStopping(error);
    const failure = moduleFailedError(this.id, error);
    logError(log, failure);
    if (onFailure === "fail") fatal(failure);
    if (onFailure === "restart") this.#restarting = this.#restart(context);
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
    const { signal } = this.#stopping;
    await failed.fail();
    if (clock.now() - this.#begunAt >= FORGET_AFTER) {
      this.#backoff = FIRST_BACKOFF;
    }
    for (let predecessor = failed; !signal.aborted;) {
      const wait = this.#backoff;
      this.#backoff = Math.min(this.#backoff * 2, LONGEST_BACKOFF);
      log.info("restarting in {seconds} s", { seconds: wait / 1000 });
      try {
        await clock.sleep(wait, signal);
        this.#context = this.#makeContext(predecessor);
        await this.init(signal);
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
    await failed.close();
  }
}

function initFailedError(id: string, cause: unknown): CaryatidError {
  return new CaryatidError(
    "INIT_FAILED",
    `Cannot initialise module "${id}": ${messageOf(cause)}`,
    { cause, hint: cause instanceof CaryatidError ? cause.hint : undefined },
  );
}

function moduleFailedError(id: string, cause: unknown): CaryatidError {
  const policy = `on-failure of [module.${id}] says what happens then`;
  const remedy = cause instanceof CaryatidError ? cause.hint : undefined;
  return new CaryatidError(
    "MODULE_FAILED",
    `Module "${id}" failed: ${messageOf(cause)}`,
    { cause, hint: remedy === undefined ? policy : `${remedy}; ${policy}` },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
