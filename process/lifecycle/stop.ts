import { CaryatidError } from "@caryatid/sdk";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import type { ModuleContext } from "@caryatid/sdk/internal/host";
import type { AssembledModule } from "../loading/assembly.ts";
import { dispose } from "../loading/loader.ts";
import type { ActiveTask } from "./active_task.ts";
import { CLOSE_TIME, inTime } from "./deadlines.ts";
import type { ModuleRunner } from "./module_runner.ts";
import type { LifecycleParts } from "./parts.ts";

/**
 * Turns of the event loop that are observed one by one before `LOOK_EVERY`
 * applies.
 */
const CLOSE_LOOKS = 100;
/** Interval in milliseconds. */
const LOOK_EVERY = 5;

/** Options of {@linkcode Shutdown}. */
export interface ShutdownOptions {
  readonly parts: LifecycleParts;
  /** Modules that were started. */
  readonly startup: {
    readonly modules: readonly AssembledModule[];
    readonly runners: readonly ModuleRunner[];
    /** True while code is imported or initialized. */
    readonly isWorking: boolean;
  };
  /** Context of the program around the modules. */
  readonly context: ModuleContext;
  /** Resolves when no swap is running. */
  readonly swapped: () => Promise<void>;
  /** Task that calls `stop`. The shutdown does not wait for it. */
  readonly caller: ActiveTask | undefined;
}

const DONE = Promise.resolve();

/**
 * Stops a process in order. If a step fails, the remaining resources are still
 * released.
 */
export class Shutdown {
  readonly #options: ShutdownOptions;
  /** Errors of resources that could not be closed. */
  readonly #failures: unknown[] = [];
  /** True if a step was not finished at its deadline. */
  #isLate = false;
  /** Closed module whose tasks and clean-up functions are awaited. */
  #ending: string | undefined;

  /** Stops nothing yet. */
  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /** True if code of the process may still run after `run` has settled. */
  get isOverdue(): boolean {
    return this.#isLate || this.#options.startup.isWorking;
  }

  /**
   * Stops the process. Rejects with `DRAIN_TIMEOUT` or with the first failure,
   * after everything is released.
   */
  async run(): Promise<void> {
    const { parts, startup, context, swapped, caller } = this.#options;
    const { bus, config, logging } = parts;
    const deadline = performance.now() + config.stopDeadline;
    // Messages that queue up during a swap need a reader.
    await inTime(swapped(), deadline);
    const all = [...startup.runners, { id: "process", context }];
    // First of all, or a broker with a backlog would keep sending work.
    const intake = this.#collectFailure(bus.stopIntake?.() ?? DONE);
    for (const { context } of all) context.stop();
    for (const runner of startup.runners) runner.stop();
    await inTime(intake, deadline);
    let late = await drained(all, deadline, caller);
    // The monitor shows what late modules wait for. Otherwise it also counts
    // the work of closing.
    if (late.length > 0) await this.#endMonitor(deadline);
    const closed = await this.#inTime(this.#close(), deadline);
    if (!closed && late.length === 0) {
      late = all.filter(({ id, context }) =>
        context.running > 0 || id === this.#ending
      ).map(({ id }) => id);
    }
    await this.#endMonitor(deadline);
    await this.#endTracing(deadline);
    await this.#inTime(this.#cleanUp(), closeDeadline(deadline));
    await this.#inTime(this.#disposeAll(), closeDeadline(deadline));
    const closing = this.#collectFailure(bus.close());
    await this.#inTime(closing, closeDeadline(deadline));
    await logging.load();
    if (late.length > 0) throw drainTimeoutError(late, config.stopDeadline);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** Writes the last snapshot. The wait is limited because a disk may hang. */
  async #endMonitor(deadline: number): Promise<void> {
    const { monitor } = this.#options.parts;
    if (monitor) await this.#inTime(monitor.stop(), closeDeadline(deadline));
  }

  /** Publishes the last spans. */
  async #endTracing(deadline: number): Promise<void> {
    const { tracing } = this.#options.parts;
    if (tracing) await this.#inTime(tracing.stop(), closeDeadline(deadline));
  }

  /**
   * Closes modules in reverse order. Does not wait for the task that awaits
   * this stop.
   */
  async #close(): Promise<void> {
    const { startup, context, caller } = this.#options;
    for (const runner of startup.runners) runner.context.logUnread();
    await this.#collectFailure(context.close());
    for (const runner of startup.runners.toReversed()) {
      await this.#collectFailure(runner.close());
      const ended = runner.ended();
      if (runner.id === caller?.id) continue;
      this.#ending = runner.id;
      await ended;
      this.#ending = undefined;
    }
  }

  /** Runs the clean-up functions of all modules, including late ones. */
  async #cleanUp(): Promise<void> {
    const { startup, context, caller } = this.#options;
    const others = startup.runners.filter(({ id }) => id !== caller?.id);
    for (const { context } of others.toReversed()) await context.cleanUp();
    await context.cleanUp();
  }

  async #disposeAll(): Promise<void> {
    const { modules } = this.#options.startup;
    await Promise.all(
      modules.map(({ module }) => this.#collectFailure(dispose(module))),
    );
  }

  /** Waits for a step until its deadline. Returns true if it was in time. */
  async #inTime(step: Promise<void>, deadline: number): Promise<boolean> {
    const isInTime = await inTime(step, deadline);
    if (!isInTime) this.#isLate = true;
    return isInTime;
  }

  /** Waits for `closing` and keeps its error. Never rejects. */
  async #collectFailure(closing: Promise<void>): Promise<void> {
    try {
      await closing;
    } catch (error) {
      this.#failures.push(error);
    }
  }
}

/**
 * Returns the deadline of a last step, which has `CLOSE_TIME` even if the stop
 * deadline has passed.
 */
function closeDeadline(deadline: number): number {
  return Math.max(deadline, performance.now() + CLOSE_TIME);
}

/**
 * Resolves when every task waits for a delivery and no handler is running, or
 * at the deadline. Returns the ids of modules that are still busy then.
 *
 * @param deadline in milliseconds of `performance.now()`
 * @param caller task that asks, which is not waited for
 */
async function drained(
  modules: readonly Drained[],
  deadline: number,
  caller: ActiveTask | undefined,
): Promise<readonly string[]> {
  let quiet = 0;
  for (let looks = 0;; looks++) {
    const busy = modules.filter((module) => isBusy(module, caller));
    // Twice: a message may be on its way from one module to another.
    quiet = busy.length === 0 ? quiet + 1 : 0;
    if (quiet === 2) return [];
    if (performance.now() >= deadline) return busy.map(({ id }) => id);
    await (looks < CLOSE_LOOKS ? yieldToEventLoop() : pause(LOOK_EVERY));
  }
}

/** A module that may be busy. */
interface Drained {
  readonly id: string;
  readonly context: ModuleContext;
}

function isBusy(
  { id, context }: Drained,
  caller: ActiveTask | undefined,
): boolean {
  const own = caller?.id === id;
  const handling = context.handling - (own && caller.handler ? 1 : 0);
  // A task that awaits this stop does not take another delivery.
  const working = own && !caller.handler ? 0 : context.working;
  return handling + working > 0;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function drainTimeoutError(
  late: readonly string[],
  deadline: number,
): CaryatidError {
  return new CaryatidError(
    "DRAIN_TIMEOUT",
    `Cannot stop cleanly: still running after ${deadline / 1000} s: ` +
      late.join(", "),
    {
      hint: "End each loop when context.signal fires, or raise " +
        "stop-deadline of [lifecycle].",
    },
  );
}
