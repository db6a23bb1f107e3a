import {
  CaryatidError,
  type Health,
  type Log,
  type Module,
} from "@caryatid/sdk";
import { type FrozenTable, frozenTables } from "@caryatid/sdk/internal/host";
import { BusStack } from "../buses/stack.ts";
import {
  type AssembledModule,
  assembleModules,
  type Assembly,
} from "../loading/assembly.ts";
import { formatProblem } from "../config/config_error.ts";
import type { ModuleConfig, ProcessConfig } from "../config/process_config.ts";
import { dispose } from "../loading/loader.ts";
import { platform } from "../platform/deno.ts";
import { untilAborted } from "../platform/until_aborted.ts";
import { VERSION } from "../platform/version.ts";
import type { ActiveTasks } from "./active_task.ts";
import { CLOSE_TIME, inTime, StartDeadline } from "./deadlines.ts";
import { ModuleRunner } from "./module_runner.ts";
import type { Running } from "./module_runner_options.ts";
import type { LifecycleParts } from "./parts.ts";

/** Options of {@linkcode Startup}. */
export interface StartupOptions {
  readonly parts: LifecycleParts;
  /** Fires when the process begins to stop. */
  readonly stopping: AbortSignal;
  readonly tasks: ActiveTasks;
  /** Receives a failure that ends the process. */
  readonly fatal: (error: unknown) => void;
  /** Returns the state of the process, for contexts of modules. */
  readonly health: () => Health;
}

/**
 * Starts a process in order, until its modules can begin. A stop releases what
 * was started so far.
 */
export class Startup {
  /** Modules whose code was found. */
  modules: readonly AssembledModule[] = [];
  /** Runners of the modules that `init` has reached. */
  readonly runners: ModuleRunner[] = [];
  /** Buses of the modules. */
  readonly buses: BusStack;
  readonly #options: StartupOptions;
  #isAssembling = false;

  /** Finds and opens nothing yet. */
  constructor(options: StartupOptions) {
    this.#options = options;
    const { bus, monitor, tracing, logging } = options.parts;
    this.buses = new BusStack({
      routingBus: bus,
      monitor,
      tracing,
      log: (id) => logging.log(id),
    });
  }

  /**
   * True while the code of a module is imported or its `init` runs, also after
   * `run` has rejected.
   */
  get isWorking(): boolean {
    return this.#isAssembling ||
      this.runners.some(({ isInitializing }) => isInitializing);
  }

  /**
   * Finds the code, opens the buses, initializes modules, and publishes the
   * startup message. Rejects as soon as the process is stopped.
   */
  async run(): Promise<void> {
    const { parts, stopping } = this.#options;
    const { config, logging, monitor } = parts;
    stopping.throwIfAborted();
    const { parts: modules, notices } = await this.#assemble();
    this.modules = modules;
    const log = logging.log();
    logBanner(log, config, modules);
    for (const notice of [...parts.notices, ...notices]) {
      log.warn("{notice}", { notice: formatProblem(notice) });
    }
    monitor?.check();
    const start = new StartDeadline(config.startDeadline, stopping);
    try {
      await this.#open(start.signal);
    } finally {
      start.close(); // explicit: Node 22 has no `using`
    }
  }

  /** Returns everything that the runner of a module needs. */
  async running(
    { config: wanted, module, section, topics }: AssembledModule,
    config: ProcessConfig,
  ): Promise<Running> {
    const { onFailure, whileDown } = wanted;
    const bus = await this.buses.forModule(wanted, topics, config);
    const processConfig = () => visibleTables(config);
    return {
      module,
      config: section,
      onFailure,
      whileDown,
      bus,
      tracing: this.buses.tracer(wanted),
      processConfig,
    };
  }

  /**
   * Finds the code of all modules. If the process stops first, code that
   * arrives later is disposed.
   */
  async #assemble(): Promise<Assembly<AssembledModule>> {
    const { parts, stopping } = this.#options;
    const { config, registry, logging } = parts;
    this.#isAssembling = true;
    const assembling = assembleModules(
      config,
      registry,
      (id) => logging.log(id),
    ).finally(() => this.#isAssembling = false);
    try {
      return await untilAborted(assembling, stopping);
    } catch (error) {
      const released = assembling.then(
        ({ parts }) => Promise.all(parts.map(({ module }) => dispose(module))),
        () => {}, // the caller receives this error
      );
      const starts = config.modules.some(({ isolation }) =>
        isolation !== "none"
      );
      if (starts) await inTime(released, performance.now() + CLOSE_TIME);
      throw error;
    }
  }

  /** Opens the buses and initializes the modules. */
  async #open(signal: AbortSignal): Promise<void> {
    const { bus } = this.#options.parts;
    signal.throwIfAborted();
    await bus.open({ signal }).catch((error) => {
      throw unavailable(error, signal);
    });
    await this.#initAll(signal);
    await this.#publishStart(signal);
    signal.throwIfAborted();
  }

  /**
   * Publishes the startup message. The start deadline limits the wait for a
   * full queue or an absent broker.
   */
  async #publishStart(signal: AbortSignal): Promise<void> {
    const { bus, config } = this.#options.parts;
    const { startupTopic, startupMessage } = config;
    if (startupTopic === undefined) return;
    const published = bus.publish(startupTopic, startupMessage, { signal });
    await untilAborted(published, signal).catch((error) => {
      signal.throwIfAborted(); // the reason is more specific than this error
      throw error;
    });
  }

  async #initAll(signal: AbortSignal): Promise<void> {
    const { parts, tasks, fatal, health } = this.#options;
    const { config, logging, clock, swapping, monitor } = parts;
    for (const part of this.modules) {
      const { id } = part.config;
      const runner = new ModuleRunner({
        ...await this.running(part, config),
        id,
        clock,
        swapping,
        startDeadline: config.startDeadline,
        log: logging.log(id),
        tasks,
        metrics: monitor && (() => monitor.metrics()),
        onTypedTopic: monitor &&
          ((use, topic) => monitor.addTopic(id, use, topic)),
        fatal,
        health,
      });
      this.runners.push(runner);
      await runner.init(signal);
    }
  }
}

/**
 * Returns the same error. If the start deadline caused it, the text says so.
 */
function unavailable(error: unknown, { reason }: AbortSignal): unknown {
  const isLate = error instanceof CaryatidError &&
    reason instanceof CaryatidError;
  if (!isLate) return error;
  return new CaryatidError(error.code, `${error.message}; ${reason.message}`, {
    hint: error.hint ?? reason.hint,
    cause: error,
  });
}

/** Logs the version, the buses, the routes and the modules. */
function logBanner(
  log: Log,
  config: ProcessConfig,
  modules: readonly AssembledModule[],
): void {
  log.info("Caryatid {version} on {platform}", {
    version: VERSION,
    platform: platform.name,
  });
  for (const { id, className } of config.buses) {
    log.info("bus {id} ({className})", { id, className });
  }
  for (const { pattern, buses } of config.routes) {
    log.info('route "{pattern}" to {buses}', {
      pattern,
      buses: buses.join(", "),
    });
  }
  for (const { config, module } of modules) {
    const { id, className } = config;
    log.info("module {id}{kind}{rights}", {
      id,
      kind: module.name === id ? "" : ` (${module.name || className})`,
      rights: config.isolation === "none" ? "" : rightsOf(config, module),
    });
  }
}

/** Formats the isolation and the rights of a module. */
function rightsOf(
  { isolation, permissions }: ModuleConfig,
  { jail }: Module & { readonly jail?: string | undefined },
): string {
  const granted = permissions === undefined
    ? []
    : Object.entries(permissions).flatMap(([kind, values]) =>
      values === undefined || values.length === 0
        ? []
        : `${kind} ${values.join(", ")}`
    );
  const wall = jail === undefined ? "" : ` (jail: ${jail})`;
  return `, isolated in a ${isolation}${wall}, may ${
    granted.join("; ") || "do nothing"
  }`;
}

const copies = new WeakMap<ProcessConfig["merged"], FrozenTable>();

/**
 * Returns the tables of a configuration that modules can see: all but
 * `[message-bus]`, which may contain passwords. The first call copies them.
 */
export function visibleTables({ merged }: ProcessConfig): FrozenTable {
  let copy = copies.get(merged);
  if (copy === undefined) {
    const { "message-bus": _, ...visible } = merged;
    copies.set(merged, copy = frozenTables(visible));
  }
  return copy;
}
