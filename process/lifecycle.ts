import type { Clock, MessageBus, Module } from "@caryatid/sdk";
import { abortedError } from "@caryatid/sdk/bus";
import { ModuleContext } from "@caryatid/sdk/host";
import type { SwappingFactory } from "@caryatid/sdk/host/swapping";
import { Boot } from "./boot.ts";
import type { Classes } from "./classes.ts";
import type { Problem, ProcessConfig } from "./config/process_config.ts";
import { isCutShort } from "./cut_short.ts";
import type { Logging } from "./logging.ts";
import type { ProcessMonitor } from "./monitor/process_monitor.ts";
import { logError } from "./outcome.ts";
import { Shutdown } from "./shutdown.ts";
import { Swaps } from "./swaps.ts";
import { CurrentWork } from "./work.ts";

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

/** The life of a process: it starts once and stops once, whoever asks and whenever. */
export class Lifecycle {
  /** The context of the program around the modules. */
  readonly context: ModuleContext;
  /** What ended the process, if that was an error. */
  failure: unknown;
  readonly #parts: LifecycleParts;
  readonly #stopping = new AbortController();
  readonly #work = new CurrentWork();
  readonly #boot: Boot;
  readonly #swaps: Swaps;
  #booting: Promise<void> | undefined;
  #starting: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** Nothing is started yet. */
  constructor(parts: LifecycleParts) {
    this.#parts = parts;
    const boot = this.#boot = new Boot({
      parts,
      stopping: this.stopping,
      work: this.#work,
      fatal: (error) => this.fail(error),
    });
    this.#swaps = new Swaps({
      parts,
      boot,
      stopping: this.stopping,
      booting: () => this.#booting,
    });
    parts.busFailure.then((error) => {
      logError(parts.logging.log(), error);
      this.fail(error);
    });
    this.context = new ModuleContext({
      id: "process",
      bus: boot.busFor("process"),
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
    return this.#stopped ??= this.#stop();
  }

  /** Has other code take the place of a module's: see {@linkcode Swaps}. */
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
    this.stop().catch(() => {}); // who awaits `stop` hears of it
  }

  async #start(): Promise<void> {
    // It is there when this waits for something; a start that waits for nothing is over before.
    this.#parts.logging.load();
    this.#booting = this.#begin();
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

  async #begin(): Promise<void> {
    await this.#boot.run();
    for (const runner of this.#boot.runners) runner.begin();
    this.context.begin();
    this.#parts.monitor?.begin();
    if (this.#parts.isHeld) this.#work.load();
  }

  async #stop(): Promise<void> {
    const caller = this.#work.get();
    this.#stopping.abort();
    await this.#booting?.catch(() => {}); // `start` tells it
    await new Shutdown({
      parts: this.#parts,
      boot: this.#boot,
      context: this.context,
      swapped: () => this.#swaps.over(),
      caller,
    }).run();
  }
}
