import { CaryatidError, type MessageBus } from "@caryatid/sdk";
import {
  type AssembledModule,
  assembleModules,
  type Assembly,
} from "./assembly.ts";
import { formatProblem } from "./config/config_error.ts";
import type { ModuleConfig, ProcessConfig } from "./config/process_config.ts";
import { discard } from "./discard.ts";
import { CLOSE_TIME, inTime } from "./drain.ts";
import { introduce } from "./introduction.ts";
import type { LifecycleParts } from "./lifecycle.ts";
import { ModuleRunner, type Running } from "./module_runner.ts";
import { StartSignal } from "./start_signal.ts";
import { untilAborted } from "./until_aborted.ts";
import type { CurrentWork } from "./work.ts";

/** What a {@linkcode Boot} is made of. */
export interface BootOptions {
  readonly parts: LifecycleParts;
  /** Fires when the process begins to stop. */
  readonly stopping: AbortSignal;
  readonly work: CurrentWork;
  /** Hears of a failure that ends the process. */
  readonly fatal: (error: unknown) => void;
}

/** The order in which a process starts, up to where its modules begin to run. What it came to is there for a stop to release. */
export class Boot {
  /** The code of its modules. */
  modules: readonly AssembledModule[] = [];
  /** Those that were told to set themselves up. */
  readonly runners: ModuleRunner[] = [];
  readonly #options: BootOptions;

  /** Nothing is found or opened yet. */
  constructor(options: BootOptions) {
    this.#options = options;
  }

  /** Finds the code, opens the buses, initialises modules, publishes the startup message. Rejects as soon as the process is stopped. */
  async run(): Promise<void> {
    const { parts, stopping } = this.#options;
    const { config, logging, monitor } = parts;
    stopping.throwIfAborted();
    const { parts: modules, notices } = await this.#assemble();
    this.modules = modules;
    const log = logging.log();
    introduce(log, config, modules);
    for (const notice of [...parts.notices, ...notices]) {
      log.warn("{notice}", { notice: formatProblem(notice) });
    }
    monitor?.check();
    const start = new StartSignal(config.startDeadline, stopping);
    try {
      await this.#open(start.signal);
    } finally {
      start.close(); // by hand: Node 22 has no `using`
    }
  }

  /** The bus as a module has it: watched where there is a monitor. */
  busFor(id: string): MessageBus {
    const { monitor, bus } = this.#options.parts;
    return monitor?.watch(id) ?? bus;
  }

  /** What a module is run with. */
  async running(
    { config: wanted, module, section, topics }: AssembledModule,
    config: ProcessConfig,
  ): Promise<Running> {
    const { onFailure } = wanted;
    const bus = await this.#rightfulBus(wanted, config);
    return { module, config: section, onFailure, topics, bus };
  }

  /** Code may take for ever to load. Of a process that stops nobody waits for it: what comes all the same is let go. */
  async #assemble(): Promise<Assembly<AssembledModule>> {
    const { parts, stopping } = this.#options;
    const { config, classes, logging } = parts;
    const assembling = assembleModules(config, classes, logging);
    try {
      return await untilAborted(assembling, stopping);
    } catch (error) {
      const released = assembling.then(
        ({ parts }) => Promise.all(parts.map(({ module }) => discard(module))),
        () => {}, // it is told, or the process was stopped
      );
      const starts = config.modules.some(({ isolation }) =>
        isolation !== "none"
      );
      if (starts) await inTime(released, performance.now() + CLOSE_TIME);
      throw error;
    }
  }

  /** Until all is ready to begin. */
  async #open(signal: AbortSignal): Promise<void> {
    const { bus } = this.#options.parts;
    signal.throwIfAborted();
    await bus.open({ signal }).catch((error) => {
      throw unavailable(error, signal);
    });
    await this.#initAll(signal);
    await this.#tellStart(signal);
    signal.throwIfAborted();
  }

  /** A queue may be full, a broker away: it waits no longer than the rest of the start. */
  async #tellStart(signal: AbortSignal): Promise<void> {
    const { bus, config } = this.#options.parts;
    const { startupTopic, startupMessage } = config;
    if (startupTopic === undefined) return;
    const published = bus.publish(startupTopic, startupMessage, { signal });
    await untilAborted(published, signal).catch((error) => {
      signal.throwIfAborted(); // its reason says more than that it fired
      throw error;
    });
  }

  /** The bus as a module with rights to topics has it: what it may not do is refused before it is counted. */
  async #rightfulBus(
    module: ModuleConfig,
    config: ProcessConfig,
  ): Promise<MessageBus> {
    const bus = this.busFor(module.id);
    if (module.isolation === "none" && !module.permissions) return bus;
    const { withRights } = await import("./isolation/with_rights.ts");
    return await withRights(bus, module, config);
  }

  /** In the order of the file: all subscriptions are ready before anybody begins. */
  async #initAll(signal: AbortSignal): Promise<void> {
    const { parts, work, fatal } = this.#options;
    const { config, logging, clock, swapping } = parts;
    for (const part of this.modules) {
      const { id } = part.config;
      const runner = new ModuleRunner({
        ...await this.running(part, config),
        id,
        clock,
        swapping,
        startDeadline: config.startDeadline,
        log: logging.log(id),
        work,
        fatal,
      });
      this.runners.push(runner);
      await runner.init(signal);
    }
  }
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
