import {
  CaryatidError,
  type Clock,
  type MessageBus,
  type Module,
} from "@caryatid/sdk";
import { abortedError } from "@caryatid/sdk/bus";
import { ModuleContext } from "@caryatid/sdk/host";
import type { SwappingFactory } from "@caryatid/sdk/host/swapping";
import { type AssembledModule, assembleModules } from "./assembly.ts";
import type { Classes } from "./classes.ts";
import { formatProblem } from "./config/config_error.ts";
import type {
  ModuleConfig,
  Problem,
  ProcessConfig,
} from "./config/process_config.ts";
import { isCutShort } from "./cut_short.ts";
import { discard } from "./discard.ts";
import { drained, inTime } from "./drain.ts";
import { introduce } from "./introduction.ts";
import type { Logging } from "./logging.ts";
import { logError } from "./outcome.ts";
import { ModuleRunner, type Running } from "./module_runner.ts";
import type { ProcessMonitor } from "./monitor/process_monitor.ts";
import { StartSignal } from "./start_signal.ts";
import { Swaps } from "./swaps.ts";
import { CurrentWork } from "./work.ts";

/** Time that buses and the monitor have in any case to say goodbye, in milliseconds. */
const CLOSE_TIME = 2_000;

/** What a {@linkcode Lifecycle} is made of. */
export interface LifecycleParts {
  readonly config: ProcessConfig;
  readonly classes: Classes;
  readonly logging: Logging;
  readonly bus: MessageBus;
  readonly notices: readonly Problem[];
  /** Resolves with why a bus has ended, if one does by itself. */
  readonly busFailure: Promise<unknown>;
  readonly clock: Clock | undefined;
  /** Where the configuration has one. */
  readonly monitor: ProcessMonitor | undefined;
  /** Where code of modules may be swapped. */
  readonly swapping: SwappingFactory | undefined;
  /** Whether anybody holds the process, and so may call its `stop` in the middle of a module's work. */
  readonly isHeld: boolean;
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
  #assembled: readonly AssembledModule[] = [];
  #runners: ModuleRunner[] = [];
  readonly #swaps: Swaps;
  #booting: Promise<void> | undefined;
  #starting: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** Nothing is started yet. */
  constructor(parts: LifecycleParts) {
    this.#parts = parts;
    this.#swaps = new Swaps({
      parts,
      stopping: this.stopping,
      booting: () => this.#booting,
      runners: () => this.#runners,
      running: (part, config) => this.#running(part, config),
    });
    parts.busFailure.then((error) => {
      logError(parts.logging.log(), error);
      this.fail(error);
    });
    this.context = new ModuleContext({
      id: "process",
      bus: this.#busFor("process"),
      log: parts.logging.log(),
      clock: parts.clock,
      onFailure: (error) => {
        if (!this.stopping.aborted || !isCutShort(error)) this.fail(error);
      },
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

  /** Has other code take the place of a module's: see {@linkcode Swaps}. */
  swap(
    id: string,
    module: Module | undefined,
    config: ProcessConfig,
  ): Promise<void> {
    return this.#swaps.swap(id, module, config);
  }

  /** What a module is run with. */
  async #running(
    { config: wanted, module, section, topics }: AssembledModule,
    config: ProcessConfig,
  ): Promise<Running> {
    const { onFailure } = wanted;
    const bus = await this.#rightfulBus(wanted, config);
    return { module, config: section, onFailure, topics, bus };
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
    const { config, classes, logging, monitor } = this.#parts;
    this.stopping.throwIfAborted();
    const { parts: modules, notices } = await assembleModules(
      config,
      classes,
      logging,
    );
    this.#assembled = modules;
    const log = logging.log();
    introduce(log, config, modules);
    for (const notice of [...this.#parts.notices, ...notices]) {
      log.warn("{notice}", { notice: formatProblem(notice) });
    }
    monitor?.check();
    const start = new StartSignal(config.startDeadline, this.stopping);
    try {
      await this.#open(modules, start.signal);
    } finally {
      start.close(); // by hand: Node 22 has no `using`
    }
    for (const runner of this.#runners) runner.begin();
    this.context.begin();
    monitor?.begin();
    if (this.#parts.isHeld) this.#work.load();
  }

  /** Until all is ready to begin. */
  async #open(
    modules: readonly AssembledModule[],
    signal: AbortSignal,
  ): Promise<void> {
    const { bus, config } = this.#parts;
    await bus.open({ signal }).catch((error) => {
      throw unavailable(error, signal);
    });
    await this.#initAll(modules, signal);
    if (config.startupTopic !== undefined) {
      await bus.publish(config.startupTopic, config.startupMessage);
    }
    signal.throwIfAborted();
  }

  /** The bus as a module has it: watched where there is a monitor. */
  #busFor(id: string): MessageBus {
    return this.#parts.monitor?.watch(id) ?? this.#parts.bus;
  }

  /** The bus as a module with rights to topics has it: what it may not do is refused before it is counted. */
  async #rightfulBus(
    module: ModuleConfig,
    config: ProcessConfig,
  ): Promise<MessageBus> {
    const bus = this.#busFor(module.id);
    if (module.isolation === "none" && !module.permissions) return bus;
    const { withRights } = await import("./isolation/with_rights.ts");
    return await withRights(bus, module, config);
  }

  /** In the order of the file: all subscriptions are ready before anybody begins. */
  async #initAll(
    modules: readonly AssembledModule[],
    signal: AbortSignal,
  ): Promise<void> {
    const { config, logging, clock, swapping } = this.#parts;
    for (const part of modules) {
      const { id } = part.config;
      const runner = new ModuleRunner({
        ...await this.#running(part, config),
        id,
        clock,
        swapping,
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
    // What waits in the queues meanwhile needs somebody to read it.
    const swaps = this.#runners.map((runner) => runner.swapped());
    await inTime(Promise.all(swaps), deadline);
    const all = [...this.#runners, { id: "process", context: this.context }];
    for (const { context } of all) context.stop();
    for (const runner of this.#runners) runner.stop();
    let late = await drained(all, deadline, caller);
    // Of who is late the monitor tells what for; else what is done while all is closed counts, too.
    if (late.length > 0) await this.#endMonitor(deadline);
    const closed = await inTime(this.#close(caller?.id), deadline);
    if (!closed && late.length === 0) {
      late = all.filter(({ context }) => context.running > 0).map(({ id }) =>
        id
      );
    }
    await this.#endMonitor(deadline);
    await inTime(this.#cleanUp(caller?.id), goodbye(deadline));
    for (const { module } of this.#assembled) await discard(module);
    await inTime(bus.close(), goodbye(deadline));
    await logging.load();
    if (late.length > 0) throw drainTimeoutError(late, config.stopDeadline);
  }

  /** A disk may hang. */
  async #endMonitor(deadline: number): Promise<void> {
    const { monitor } = this.#parts;
    if (monitor) await inTime(monitor.stop(), goodbye(deadline));
  }

  /** In reverse order; a task that waits for this very stop isn't waited for. */
  async #close(caller: string | undefined): Promise<void> {
    await this.context.close();
    for (const runner of this.#runners.toReversed()) {
      await runner.close();
      const ended = runner.ended();
      if (runner.id !== caller) await ended;
    }
  }

  /** Of those who are late, too. */
  async #cleanUp(caller: string | undefined): Promise<void> {
    const others = this.#runners.filter(({ id }) => id !== caller);
    for (const { context } of others.toReversed()) await context.cleanUp();
    await this.context.cleanUp();
  }
}

/** When the last is to be over, with the deadline passed or not. */
function goodbye(deadline: number): number {
  return Math.max(deadline, performance.now() + CLOSE_TIME);
}

/** The same error; where it came with the start deadline it tells that, too. */
function unavailable(error: unknown, { reason }: AbortSignal): unknown {
  const isLate = error instanceof CaryatidError &&
    reason instanceof CaryatidError;
  if (!isLate) return error;
  return new CaryatidError(error.code, `${error.message}; ${reason.message}`, {
    hint: error.hint ?? reason.hint,
    cause: error,
  });
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
