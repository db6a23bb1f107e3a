import type { Context, Health, Module } from "@caryatid/sdk";
import { readConfig, type ReadOptions } from "./config/read_config.ts";
import { createParts } from "./create_parts.ts";
import { logError } from "./lifecycle/errors.ts";
import { Lifecycle } from "./lifecycle/lifecycle.ts";
import { Logging } from "./lifecycle/logging.ts";
import type { LifecycleParts } from "./lifecycle/parts.ts";
import { type Outcome, outcomeOf } from "./lifecycle/outcome.ts";
import { runUntilStopped } from "./lifecycle/run.ts";
import { checkModule } from "./loading/registry.ts";
import { type Monitor, OFF } from "./monitor/monitor.ts";
import { platform } from "./platform/deno.ts";
import type { ProcessOptions, SwapOptions } from "./process_options.ts";

/**
 * Runs modules: create → register → start → stop, or `run` from start to stop.
 *
 * Mirrors `Process` of caryatid_process.
 *
 * @example Start, ask a module, stop
 * ```ts
 * import { Process } from "@caryatid/process";
 * import { defineModule } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const echo = defineModule({
 *   name: "echo",
 *   init(context) {
 *     context.handle("echo", ({ message }) => message);
 *   },
 * });
 *
 * await using process = await Process.create({
 *   config: { module: { echo: {} }, log: { level: "error" } },
 *   modules: [echo],
 * });
 * await process.start();
 * assert.equal(await process.context.request("echo", "hello"), "hello");
 * ```
 */
export class Process implements AsyncDisposable {
  readonly #lifecycle: Lifecycle;
  readonly #parts: LifecycleParts;
  /** Options with which the configuration was read. */
  readonly #reading: ReadOptions;

  /** Use `Process.create`. */
  private constructor(parts: LifecycleParts, reading: ReadOptions) {
    this.#parts = parts;
    this.#reading = reading;
    this.#lifecycle = new Lifecycle(parts);
  }

  /**
   * Reads and checks the configuration and creates its buses. Connects nothing
   * yet.
   *
   * Rejects with `INVALID_CONFIG`, which lists all problems; `LOAD_FAILED` or
   * `UNKNOWN_CLASS` for a bus; `PERMISSION_DENIED` for a file; `INVALID_OPTION`
   * for a `base` that is not a URL or an `envPrefix` that no variable can have;
   * `WRONG_EXPORT` for a value that is not a module or bus; `WRONG_VERSION` on
   * Node.js before version 22.
   */
  static create(options: ProcessOptions): Promise<Process> {
    return Process.#create(options, true);
  }

  static async #create(
    options: ProcessOptions,
    isHeld: boolean,
  ): Promise<Process> {
    const { parts, reading } = await createParts(options, isHeld);
    return new Process(parts, reading);
  }

  /**
   * Creates a process and runs it, as a whole program does. Logs errors and
   * sets the exit code; never rejects. `created` receives the process before it
   * starts.
   *
   * If code of a module is still running at `[lifecycle] stop-deadline`, `main`
   * ends the program with the exit code of the outcome and does not return.
   *
   * @example The usual `main.ts`
   * ```ts ignore
   * import { Process } from "@caryatid/process";
   * import config from "./caryatid.toml" with { type: "text" };
   * import greeter from "./greeter.ts";
   *
   * await Process.main({ config, modules: [greeter] });
   * ```
   */
  static async main(
    options: ProcessOptions,
    created?: (process: Process) => void,
  ): Promise<Outcome> {
    try {
      const process = await Process.#create(options, created !== undefined);
      created?.(process);
      return await process.#run(true);
    } catch (error) {
      const logging = new Logging({
        level: "info",
        format: "pretty",
        levels: {},
      });
      logError(logging.log(), error);
      await logging.load();
      const outcome = outcomeOf(error);
      platform.setExitCode(outcome.exitCode);
      return outcome;
    }
  }

  /**
   * Context of the program around the modules, with the abilities of a module.
   */
  get context(): Context {
    return this.#lifecycle.context;
  }

  /**
   * Counts of reads, writes and waiting publishers. It is empty unless the
   * configuration has a `[monitor]`.
   */
  get monitor(): Monitor {
    return this.#parts.monitor ?? OFF;
  }

  /**
   * Returns the state of the process: every bus of a route, every module, every
   * queue that is stuck. `/health/ready` of a REST server, the module `control`
   * and `--health` report the same. It is ready once every module has started.
   */
  health(): Health {
    return this.#lifecycle.health();
  }

  /**
   * Registers a module by its name, for sections without `import`. The last
   * module of a name wins.
   */
  register(module: Module): this {
    this.#parts.registry.registerModule(module);
    return this;
  }

  /**
   * Finds and checks every module, opens the buses, initializes modules in the
   * order of the file, publishes the startup message, and begins the tasks of
   * the modules. A second call returns the same promise.
   *
   * Rejects with `INVALID_CONFIG`, `LOAD_FAILED`, `UNKNOWN_CLASS`,
   * `INIT_FAILED`, `BUS_UNAVAILABLE`, `PERMISSION_DENIED` for `[monitor]
   * output`, or `ABORTED` if `stop` was called meanwhile. Everything is
   * released before it rejects.
   */
  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  /**
   * Replaces the code of a module while the process runs. Its subscriptions and
   * handlers are kept: messages and requests wait in order during the swap, and
   * other modules do not notice it.
   *
   * First the section is checked against the schema of the new code. Then the
   * old code finishes its deliveries in flight, at most for `[lifecycle]
   * stop-deadline`; unfinished deliveries count as done. Its `context.signal`
   * fires, its tasks end, and `init` of the new code runs. If `init` fails, the
   * old code is started again with the waiting messages.
   *
   * A subscription with different options, or with a `filter` or `signal`, is
   * opened again. Subscriptions that the new code does not open are closed.
   * Their waiting messages are dropped and logged; requests that wait for a
   * closed handler fail with `HANDLER_FAILED`, caused by `NO_HANDLER`.
   *
   * For an isolated module no code is passed: another guest loads it and takes
   * over with the grants of `options.config`. If it loses topics to subscribe
   * to or handle, waiting messages are dropped and logged, and everything is
   * opened again.
   *
   * Swaps of one module run one after the other. A module that waits for its
   * restart is started at once with the new code. `stop` waits for a swap that
   * has begun.
   *
   * Rejects with `INVALID_CONFIG` if the section does not fit (the old code is
   * not affected), `INIT_FAILED`, `ABORTED` if the process stops,
   * `WRONG_EXPORT` for a value that is not a module, and `INVALID_OPTION` for
   * an unknown id, without `swappable`, or before `start`.
   *
   * @example A handler that knows more
   * ```ts
   * import { Process } from "@caryatid/process";
   * import { defineModule } from "@caryatid/sdk";
   * import assert from "node:assert/strict";
   *
   * const greeter = (greeting: string) =>
   *   defineModule({
   *     name: "greeter",
   *     init(context) {
   *       context.handle("greet", ({ message }) => `${greeting}, ${message}`);
   *     },
   *   });
   *
   * await using process = await Process.create({
   *   config: { module: { greeter: {} }, log: { level: "error" } },
   *   modules: [greeter("Hello")],
   *   swappable: true,
   * });
   * await process.start();
   * await process.swap("greeter", greeter("Good morning"));
   * const answer = await process.context.request("greet", "world");
   * assert.equal(answer, "Good morning, world");
   * ```
   */
  async swap(
    id: string,
    module?: Module,
    options: SwapOptions = {},
  ): Promise<void> {
    const config = options.config === undefined
      ? this.#parts.config
      : await readConfig(options.config, this.#reading);
    await this.#lifecycle.swap(id, module && checkModule(module), config);
  }

  /**
   * Stops the process: finishes queued messages and those in flight, ends loops
   * and releases everything. A second call is harmless.
   *
   * A handler may await it; the stop does not wait for that handler. The body
   * of a loop must not await it. Rejects with `DRAIN_TIMEOUT`, which names the
   * modules that were busy at `[lifecycle] stop-deadline`, or with the error of
   * a resource that could not be closed. Everything else is released in both
   * cases.
   */
  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  /**
   * Starts the process, runs it until SIGINT, SIGTERM, `stop()` or the failure
   * of a module, and stops it. Sets the exit code; never rejects.
   *
   * A second signal ends the program at once, with 130 or 143. Otherwise the
   * program continues, also if a module is still running at the stop deadline.
   */
  run(): Promise<Outcome> {
    return this.#run(false);
  }

  #run(endsProgram: boolean): Promise<Outcome> {
    return runUntilStopped(this.#lifecycle, this.#parts.logging, {
      endsProgram,
    });
  }

  /** Stops the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
