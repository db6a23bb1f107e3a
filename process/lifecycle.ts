import { CaryatidError, type Clock, type MessageBus } from "@caryatid/sdk";
import { abortedError } from "@caryatid/sdk/bus";
import { ModuleContext } from "@caryatid/sdk/host";
import { type AssembledModule, assembleModules } from "./assembly.ts";
import type { Classes } from "./classes.ts";
import { formatProblem } from "./config/config_error.ts";
import type { Problem, ProcessConfig } from "./config/process_config.ts";
import { drained, inTime } from "./drain.ts";
import { introduce } from "./introduction.ts";
import type { Logging } from "./logging.ts";
import { ModuleRunner } from "./module_runner.ts";
import { StartSignal } from "./start_signal.ts";
import { untilAborted } from "./until_aborted.ts";
import { CurrentWork } from "./work.ts";

/** Time that buses have in any case to say goodbye, in milliseconds. */
const CLOSE_TIME = 2_000;

/** What a {@linkcode Lifecycle} is made of. */
export interface LifecycleParts {
  readonly config: ProcessConfig;
  readonly classes: Classes;
  readonly logging: Logging;
  readonly bus: MessageBus;
  readonly notices: readonly Problem[];
  readonly clock: Clock | undefined;
}

/** The order in which a process starts and stops. */
export class Lifecycle {
  /** The context of the program around the modules. */
  readonly context: ModuleContext;
  /** What ended the process, if that was an error. */
  failure: unknown;
  readonly #parts: LifecycleParts;
  readonly #stopping = new AbortController();
  readonly #work = new CurrentWork();
  #runners: ModuleRunner[] = [];
  #booting: Promise<void> | undefined;
  #starting: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** Nothing is started yet. */
  constructor(parts: LifecycleParts) {
    this.#parts = parts;
    this.context = new ModuleContext({
      id: "process",
      bus: parts.bus,
      log: parts.logging.log(),
      clock: parts.clock,
      onFailure: (error) => this.fail(error),
    });
  }

  /** Fires when the process begins to stop. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Starts; by the time it rejects, everything is released. */
  start(): Promise<void> {
    return this.#starting ??= this.#start();
  }

  /** Stops; by the time it settles, everything is released. */
  stop(): Promise<void> {
    return this.#stopped ??= this.#stop(this.#work.get());
  }

  /** Stops because of an error. */
  fail(error: unknown): void {
    this.failure ??= error;
    this.stop().catch(() => {}); // who awaits `stop` hears of it
  }

  async #start(): Promise<void> {
    // It is there when this waits for something; a start that waits for nothing is over before.
    this.#parts.logging.load();
    this.#booting = this.#boot();
    try {
      await this.#booting;
    } catch (error) {
      const stopped = this.stopping.aborted;
      await this.stop().catch(() => {}); // the first error is the one to tell
      throw stopped && this.failure === undefined
        ? abortedError("start", this.stopping)
        : this.failure ?? error;
    }
  }

  async #boot(): Promise<void> {
    const { config, classes, logging, bus } = this.#parts;
    this.stopping.throwIfAborted();
    const { parts: modules, notices } = await assembleModules(config, classes);
    const log = logging.log();
    introduce(log, config, modules);
    for (const notice of [...this.#parts.notices, ...notices]) {
      log.warn("{notice}", { notice: formatProblem(notice) });
    }
    using start = new StartSignal(config.startDeadline, this.stopping);
    await untilAborted(bus.open(), start.signal).catch((cause) => {
      throw unavailable(cause);
    });
    await this.#initAll(modules, start.signal);
    if (config.startupTopic !== undefined) {
      await bus.publish(config.startupTopic, config.startupMessage);
    }
    start.signal.throwIfAborted();
    for (const runner of this.#runners) runner.begin();
    this.context.begin();
    this.#work.load();
  }

  /** In the order of the file: all subscriptions are ready before anybody begins. */
  async #initAll(
    modules: readonly AssembledModule[],
    signal: AbortSignal,
  ): Promise<void> {
    const { logging, bus, clock } = this.#parts;
    for (const { config: { id, onFailure }, module, section } of modules) {
      const runner = new ModuleRunner({
        id,
        module,
        config: section,
        onFailure,
        bus,
        clock,
        log: logging.log(id),
        work: this.#work,
        fatal: (error) => this.fail(error),
      });
      this.#runners.push(runner);
      await runner.init(signal);
    }
  }

  async #stop(caller: ReturnType<CurrentWork["get"]>): Promise<void> {
    this.#stopping.abort();
    await this.#booting?.catch(() => {}); // `start` tells it
    const { bus, config, logging } = this.#parts;
    const deadline = performance.now() + config.stopDeadline;
    const all = [...this.#runners, { id: "process", context: this.context }];
    for (const { context } of all) context.stop();
    for (const runner of this.#runners) runner.stop();
    let late = await drained(all, deadline, caller);
    const closed = await inTime(this.#close(caller?.id), deadline);
    if (!closed && late.length === 0) {
      late = all.filter(({ context }) => context.running > 0).map(({ id }) =>
        id
      );
    }
    await inTime(
      bus.close(),
      Math.max(deadline, performance.now() + CLOSE_TIME),
    );
    await logging.load();
    if (late.length > 0) throw drainTimeoutError(late, config.stopDeadline);
  }

  /** In reverse order; a task that waits for this very stop isn't waited for. */
  async #close(caller: string | undefined): Promise<void> {
    await this.context.close();
    for (const runner of this.#runners.toReversed()) {
      await runner.close();
      if (runner.id !== caller) await runner.ended();
    }
  }
}

/** The start deadline passed while a bus had no connection yet. */
function unavailable(cause: unknown): unknown {
  if (!(cause instanceof CaryatidError) || cause.code !== "INIT_FAILED") {
    return cause;
  }
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot open the buses: ${cause.message}`,
    { hint: cause.hint, cause },
  );
}

function drainTimeoutError(
  late: readonly string[],
  deadline: number,
): CaryatidError {
  return new CaryatidError(
    "DRAIN_TIMEOUT",
    `Cannot stop cleanly: after ${deadline / 1000} s still at work: ` +
      late.join(", "),
    {
      hint: "a loop should end when context.signal fires; " +
        "[lifecycle] stop-deadline gives more time",
    },
  );
}
