import {
  CaryatidError,
  type Clock,
  type Context,
  type Log,
  type Module,
} from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import type { SwappingFactory } from "@caryatid/sdk/host/swapping";
import { assembleBus } from "./assembly.ts";
import { checkModule, Classes } from "./classes.ts";
import type { MonitorConfig, ProcessConfig } from "./config/process_config.ts";
import {
  type ConfigInput,
  readConfig,
  type ReadOptions,
} from "./config/read_config.ts";
import { Lifecycle, type LifecycleParts } from "./lifecycle.ts";
import type { RelayAddress } from "./isolation/relay/relay_address.ts";
import type { Importer } from "./loader.ts";
import type { PinnedImporter } from "./pinned_import.ts";
import { Logging } from "./logging.ts";
import { type Monitor, OFF } from "./monitor/monitor.ts";
import type {
  ProcessMonitor,
  ProcessMonitorOptions,
} from "./monitor/process_monitor.ts";
import { logError, type Outcome, outcomeOf } from "./outcome.ts";
import { platform } from "./platform.ts";
import { runUntilStopped } from "./run.ts";

/** What a {@linkcode Process} is made of. */
export interface ProcessOptions {
  /** TOML text, a URL of a TOML file, a plain object, or several of them: later ones win. */
  readonly config: ConfigInput | readonly ConfigInput[];
  /** Modules that sections of the configuration name by `class`; as `register`. */
  readonly modules?: readonly Module[];
  /** Classes of buses that the configuration may name, besides `in-memory`. */
  readonly buses?: readonly BusClass[];
  /** Runs the modules of this `[process.<name>]` only; all of the configuration unless given. */
  readonly process?: string;
  /** What a relative `import` is relative to where the configuration is text or an object: `import.meta.url`. */
  readonly base?: string | URL;
  /** Imports specifiers: `(s) => import(s)` where the program's own import map is to count. */
  readonly importer?: Importer;
  /** Imports files that have an `integrity` in the configuration: in place of Deno's own import of them, with the program's rights. */
  readonly pinnedImporter?: PinnedImporter;
  /** Who starts the processes of isolated modules: `caryatid run` says so to what it runs. Else this program does, and must be allowed to. */
  readonly relay?: RelayAddress;
  /** Variables `CARYATID_…` override the configuration: Deno's, as far as permission is granted, unless given here. */
  readonly env?: Readonly<Record<string, string>>;
  /** What modules read the time from: the machine's unless given here. */
  readonly clock?: Clock;
  /**
   * Whether `swap` may exchange the code of modules while they run (no). Meant for development: loops then read at about a third of the
   * rate.
   */
  readonly swappable?: boolean;
}

/** What {@linkcode Process.swap} takes besides the code. */
export interface SwapOptions {
  /** The configuration as it is now, as for `Process.create` (as it was then). The section of the module counts, and nothing else. */
  readonly config?: ConfigInput | readonly ConfigInput[];
}

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
  readonly #classes: Classes;
  readonly #monitor: Monitor;
  readonly #log: Log;
  readonly #config: ProcessConfig;
  /** How it was read. */
  readonly #reading: ReadOptions;

  /** Use `Process.create`. */
  private constructor(parts: LifecycleParts, reading: ReadOptions) {
    this.#config = parts.config;
    this.#reading = reading;
    this.#lifecycle = new Lifecycle(parts);
    this.#classes = parts.classes;
    this.#monitor = parts.monitor ?? OFF;
    this.#log = parts.logging.log();
  }

  /**
   * Reads and checks the configuration and makes its buses. Nothing is connected yet.
   *
   * Rejects with `INVALID_CONFIG`, which lists all that is wrong; `LOAD_FAILED` or `UNKNOWN_CLASS` for a bus;
   * `PERMISSION_DENIED` for a file; `INVALID_OPTION` for a `base` that is no URL; `WRONG_EXPORT` for what is no module or bus.
   */
  static create(options: ProcessOptions): Promise<Process> {
    return Process.#create(options, true);
  }

  static async #create(
    options: ProcessOptions,
    isHeld: boolean,
  ): Promise<Process> {
    const { base, clock, modules = [], buses = [] } = options;
    const start = base === undefined ? undefined : baseUrl(base);
    const { env, process } = options;
    const reading = { env, process, base: start };
    const config = await readConfig(options.config, reading);
    const classes = new Classes(options, start);
    for (const bus of buses) classes.registerBus(bus);
    for (const module of modules) classes.registerModule(module);
    const logging = new Logging(config.log);
    const { bus, notices, failure } = await assembleBus(
      config,
      classes,
      logging,
    );
    const log = logging.log();
    const swapping = await loadSwapping(options.swappable);
    const monitor = await createMonitor(config.monitor, { bus, log, clock });
    return new Process({
      config,
      classes,
      logging,
      bus,
      notices: [...config.notices, ...notices],
      busFailure: failure,
      clock,
      monitor,
      swapping,
      isHeld,
    }, reading);
  }

  /**
   * A whole program: creates a process and runs it. Says what went wrong in words and by the exit code; never rejects.
   * `created` is called with the process before it starts: a place to keep hold of it.
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
      return await process.run();
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

  /** A context for the program around the modules: it can do what a module can. */
  get context(): Context {
    return this.#lifecycle.context;
  }

  /** Who reads and writes what, how fast, and who waits for whom: where the configuration has a `[monitor]`. */
  get monitor(): Monitor {
    return this.#monitor;
  }

  /** Makes a module known by its name, for sections without `import`. The last one of a name wins. */
  register(module: Module): this {
    this.#classes.registerModule(module);
    return this;
  }

  /**
   * Finds and checks every module, opens the buses, initialises modules in the order of the file, publishes the startup message,
   * and begins what modules run. A second call gives the same promise.
   *
   * Rejects with `INVALID_CONFIG`, `LOAD_FAILED`, `UNKNOWN_CLASS`, `INIT_FAILED`, `BUS_UNAVAILABLE`, `PERMISSION_DENIED` for
   * `[monitor] output`, or `ABORTED` if `stop` was called meanwhile. By then everything is released.
   */
  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  /**
   * Has newer code take the place of a module's while the process runs. What it subscribes to and handles goes on: messages and requests
   * wait meanwhile, in order, and no other module notices.
   *
   * The section is checked against the schema of the new code first. Then the old code finishes what it has in hand, at most for
   * `[lifecycle] stop-deadline` (what isn't finished then counts as done); its `context.signal` fires, its tasks end, and `init` of the new code runs. Where that fails, the old
   * code is started again with what waited. Subscriptions with other options than before (or with a `filter` or `signal`) start anew;
   * those that `init` of the new code doesn't open are closed. What waited there is dropped, and told;
   * requests that waited for a handler which is no more fail with `HANDLER_FAILED`, because of `NO_HANDLER`.
   *
   * Of an isolated module no code is given: another guest loads it, and takes over with what `options.config` grants. Where that is
   * fewer topics to hear or answer, what waits is dropped, and told, and all is opened anew.
   *
   * One swap of a module follows the other. A module that waits for its restart is started at once, with the new code. `stop` waits
   * for a swap that has begun.
   *
   * Rejects with `INVALID_CONFIG` if the section doesn't fit (the old code has noticed nothing), `INIT_FAILED`, `ABORTED` if the
   * process stops, `WRONG_EXPORT` for what isn't a module, and `INVALID_OPTION` for an unknown id, without `swappable`, or before
   * `start`.
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
      ? this.#config
      : await readConfig(options.config, this.#reading);
    await this.#lifecycle.swap(id, module && checkModule(module), config);
  }

  /**
   * Stops: no new work; what is in hand and queued is finished; then loops end and everything is released. Harmless twice.
   *
   * A handler may await it, and isn't waited for itself. A step of a loop mustn't.
   * Rejects with `DRAIN_TIMEOUT`, naming who still worked at `[lifecycle] stop-deadline`, or with what failed to close; all else is
   * released then, too.
   */
  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  /**
   * Starts, and runs until SIGINT, SIGTERM, `stop()` or the failure of a module; then stops. Sets the exit code; never rejects.
   *
   * A second signal ends the program at once, with 130 or 143.
   */
  run(): Promise<Outcome> {
    return runUntilStopped(this.#lifecycle, this.#log);
  }

  /** Stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function baseUrl(base: string | URL): URL {
  const url = URL.parse(String(base));
  if (url) return url;
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot use the base ${JSON.stringify(base)}: wanted an absolute URL`,
    { hint: "give import.meta.url" },
  );
}

/** Its code is loaded only where it is used: each file takes its part of a start. */
async function loadSwapping(
  swappable = false,
): Promise<SwappingFactory | undefined> {
  if (!swappable) return undefined;
  const { Swapping } = await import("@caryatid/sdk/host/swapping");
  return (bus) => new Swapping(bus);
}

/** As that of swaps. */
async function createMonitor(
  config: MonitorConfig | undefined,
  parts: Omit<ProcessMonitorOptions, "config">,
): Promise<ProcessMonitor | undefined> {
  if (config === undefined) return undefined;
  const { ProcessMonitor } = await import("./monitor/process_monitor.ts");
  return new ProcessMonitor({ config, ...parts });
}
