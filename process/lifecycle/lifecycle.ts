import type { Health, Module } from "@caryatid/sdk";
import { abortedError } from "@caryatid/sdk/bus";
import { isShutdownError, ModuleContext } from "@caryatid/sdk/internal/host";
import type { ProcessConfig } from "../config/process_config.ts";
import { ActiveTasks } from "./active_task.ts";
import { logError } from "./errors.ts";
import { HealthCheck } from "./health.ts";
import type { LifecycleParts } from "./parts.ts";
import { Startup, visibleTables } from "./start.ts";
import { Shutdown } from "./stop.ts";
import { Swaps } from "./swap.ts";

/**
 * Lifecycle of a process: it starts once and stops once, however often callers
 * ask.
 */
export class Lifecycle {
  /** The context of the program around the modules. */
  readonly context: ModuleContext;
  /** Error that ended the process, if any. */
  failure: unknown;
  readonly #parts: LifecycleParts;
  readonly #stopping = new AbortController();
  readonly #tasks = new ActiveTasks();
  readonly #startup: Startup;
  readonly #swaps: Swaps;
  readonly #health: HealthCheck;
  #begun: Promise<void> | undefined;
  #starting: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #shutdown: Shutdown | undefined;

  /** Starts nothing yet. */
  constructor(parts: LifecycleParts) {
    this.#parts = parts;
    const startup = this.#startup = new Startup({
      parts,
      stopping: this.stopping,
      tasks: this.#tasks,
      fatal: (error) => this.fail(error),
      health: () => this.health(),
    });
    this.#health = new HealthCheck({
      bus: parts.bus,
      modules: parts.config.modules.map(({ id }) => id),
      runners: () => startup.runners,
    });
    this.#swaps = new Swaps({
      parts,
      startup,
      stopping: this.stopping,
      begun: () => this.#begun,
    });
    parts.busFailure.then((error) => {
      logError(parts.logging.log(), error);
      this.fail(error);
    });
    this.context = new ModuleContext({
      id: "process",
      bus: startup.buses.forProgram(),
      log: parts.logging.log(),
      clock: parts.clock,
      processConfig: () => visibleTables(parts.config),
      tracing: startup.buses.tracer({ id: "process", isolation: "none" }),
      health: () => this.health(),
      onFailure: (error) => {
        if (!this.stopping.aborted || !isShutdownError(error)) this.fail(error);
      },
    });
  }

  /** Fires when the process begins to stop. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** True if code of the process may still run although it has stopped. */
  get isOverdue(): boolean {
    return this.#shutdown?.isOverdue ?? false;
  }

  /** Returns the state of the process. */
  health(): Health {
    return this.#health.read();
  }

  /** Starts; by the time it rejects, everything is released. */
  start(): Promise<void> {
    return this.#starting ??= this.#start();
  }

  /** Stops; by the time it settles, everything is released. */
  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  /** Replaces the code of a module: see {@linkcode Swaps}. */
  swap(
    id: string,
    module: Module | undefined,
    config: ProcessConfig,
  ): Promise<void> {
    return this.#swaps.swap(id, module, config);
  }

  /** Stops because of an error. */
  fail(error: unknown): void {
    this.failure ??= error;
    this.stop().catch(() => {}); // a caller of `stop` receives the error
  }

  async #start(): Promise<void> {
    // LogTape loads while the start waits. A start that does not wait ends
    // first.
    this.#parts.logging.load();
    this.#begun = this.#begin();
    try {
      await this.#begun;
    } catch (error) {
      const stopped = this.stopping.aborted;
      await this.stop().catch(() => {}); // the first error is the one to report
      throw stopped && this.failure === undefined
        ? abortedError("start", this.stopping)
        : this.failure ?? error;
    }
  }

  async #begin(): Promise<void> {
    const start = performance.now();
    await this.#startup.run();
    for (const runner of this.#startup.runners) runner.begin();
    this.context.begin();
    const { config, monitor } = this.#parts;
    monitor?.begin({
      config,
      health: () => this.health(),
      modules: this.#startup.modules,
      runners: this.#startup.runners,
      stopping: this.stopping,
      restart: (id) => this.#swaps.restart(id),
      swap: (id) => this.#swaps.reload(id),
    });
    this.#parts.logging.log().info("ready in {milliseconds} ms", {
      milliseconds: Math.ceil(performance.now() - start),
    });
    if (this.#parts.isHeld) this.#tasks.load();
  }

  async #stop(): Promise<void> {
    const caller = this.#tasks.current();
    this.#stopping.abort();
    await this.#begun?.catch(() => {}); // `start` rejects with it
    this.#shutdown = new Shutdown({
      parts: this.#parts,
      startup: this.#startup,
      context: this.context,
      swapped: () => this.#swaps.over(),
      caller,
    });
    await this.#shutdown.run();
  }
}
