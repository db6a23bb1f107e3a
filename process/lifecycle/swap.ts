import { CaryatidError, type Module } from "@caryatid/sdk";
import { abortedError } from "@caryatid/sdk/bus";
import {
  type AssembledModule,
  guestFor,
  withSection,
} from "../loading/assembly.ts";
import { formatProblem } from "../config/config_error.ts";
import type { ModuleConfig, ProcessConfig } from "../config/process_config.ts";
import { dispose } from "../loading/loader.ts";
import type { ModuleRunner } from "./module_runner.ts";
import type { Running } from "./module_runner_options.ts";
import type { LifecycleParts } from "./parts.ts";

/** Options of {@linkcode Swaps}. */
export interface SwapsOptions {
  readonly parts: LifecycleParts;
  /** Fires when the process begins to stop. */
  readonly stopping: AbortSignal;
  /**
   * Returns a promise of the end of the start, or undefined before the start.
   */
  readonly begun: () => Promise<void> | undefined;
  /** Modules that were started. */
  readonly startup: {
    readonly runners: readonly ModuleRunner[];
    /** Returns everything that the runner of a module needs. */
    running(part: AssembledModule, config: ProcessConfig): Promise<Running>;
  };
}

/** Order to replace the code of one module. */
interface Replacement {
  readonly action: "swap" | "restart";
  readonly id: string;
  /** New code; undefined if a new guest loads it. */
  readonly module: Module | undefined;
  /** Configuration with the section of the module. */
  readonly config: ProcessConfig;
}

/** Replaces the code or the section of modules while the process runs. */
export class Swaps {
  readonly #options: SwapsOptions;
  /** Configuration of each module that was swapped. */
  readonly #configs = new Map<string, ProcessConfig>();
  /** Latest requested swap of each module. */
  readonly #turns = new Map<string, Promise<void>>();

  /** Swaps nothing yet. */
  constructor(options: SwapsOptions) {
    this.#options = options;
  }

  /**
   * Swaps a module, with its section of `config`. Another guest loads the code
   * of an isolated module.
   *
   * Swaps of one module run one after the other, because each one takes over
   * the state that the previous one left.
   */
  swap(
    id: string,
    module: Module | undefined,
    config: ProcessConfig,
  ): Promise<void> {
    return this.#inTurn(
      "swap",
      id,
      (runner) => this.#replace(runner, { action: "swap", id, module, config }),
    );
  }

  /** Swaps an isolated module with the section that it has. */
  reload(id: string): Promise<void> {
    return this.#inTurn("swap", id, (runner) => {
      const config = this.#configOf(id);
      return this.#replace(runner, {
        action: "swap",
        id,
        module: undefined,
        config,
      });
    });
  }

  /**
   * Starts a module again, without its state. Another guest loads the code of
   * an isolated module.
   */
  restart(id: string): Promise<void> {
    return this.#inTurn("restart", id, (runner) => {
      const config = this.#configOf(id);
      const { isolation } = sectionOf(config, id)!;
      const module = isolation === "none" ? runner.module : undefined;
      return this.#replace(runner, { action: "restart", id, module, config });
    });
  }

  /** Resolves when no swap is running. */
  async over(): Promise<void> {
    await Promise.all(this.#turns.values());
  }

  async #inTurn(
    action: Replacement["action"],
    id: string,
    work: (runner: ModuleRunner) => Promise<void>,
  ): Promise<void> {
    // rejects at once if the module cannot be swapped
    await this.#swappable(action, id);
    const before = this.#turns.get(id) ?? Promise.resolve();
    const turn = before.then(async () =>
      await work(await this.#swappable(action, id))
    );
    // the caller receives the error
    const over = turn.catch(() => {}).then(() => {
      if (this.#turns.get(id) === over) this.#turns.delete(id);
    });
    this.#turns.set(id, over);
    await turn;
  }

  async #replace(
    runner: ModuleRunner,
    { action, id, module, config }: Replacement,
  ): Promise<void> {
    const { parts, startup, stopping } = this.#options;
    const wanted = sectionOf(config, id);
    if (wanted === undefined) {
      throw refused(action, id, "found no section of it");
    }
    const fresh = await this.#losesRights(wanted);
    const newer = await this.#newerCode(wanted, module, fresh, runner);
    try {
      const part = await this.#checked(config, wanted, newer);
      const terms = {
        finish: parts.config.stopDeadline,
        fresh,
        keepsState: action === "swap",
      };
      const next = await startup.running(part, config);
      if (stopping.aborted) {
        throw abortedError(`${action} module "${id}"`, stopping);
      }
      await runner.swap(next, terms);
      this.#configs.set(id, config);
    } catch (error) {
      if (newer !== runner.module) await dispose(newer);
      throw error;
    }
  }

  async #swappable(
    action: Replacement["action"],
    id: string,
  ): Promise<ModuleRunner> {
    const { parts, stopping, begun, startup } = this.#options;
    if (!parts.swapping) {
      throw refused(
        action,
        id,
        "found a process that is not swappable",
        "Pass { swappable: true } to Process.create.",
      );
    }
    const started = begun();
    if (!started) throw refused(action, id, "the process was not started");
    await started;
    if (stopping.aborted) {
      throw abortedError(`${action} module "${id}"`, stopping);
    }
    const runner = startup.runners.find((one) => one.id === id);
    if (runner) return runner;
    const ids = startup.runners.map((one) => one.id).join(", ");
    throw refused(
      action,
      id,
      `found no such module; expected one of ${ids}`,
    );
  }

  /** Returns the current configuration of a module. */
  #configOf(id: string): ProcessConfig {
    return this.#configs.get(id) ?? this.#options.parts.config;
  }

  /**
   * Returns true if the module loses rights, so that its old subscriptions must
   * end.
   */
  async #losesRights(wanted: ModuleConfig): Promise<boolean> {
    if (wanted.isolation === "none" && !wanted.permissions) return false;
    const { rightsShrank } = await import("../rights/rights_bus.ts");
    const { id } = wanted;
    return rightsShrank(sectionOf(this.#configOf(id), id)!, wanted);
  }

  async #newerCode(
    wanted: ModuleConfig,
    module: Module | undefined,
    fresh: boolean,
    runner: ModuleRunner,
  ): Promise<Module> {
    const { id, isolation } = wanted;
    if (isolation === "none") {
      if (module) return module;
      throw refused(
        "swap",
        id,
        "found no newer code; expected a module",
        "Isolate the module, or use `caryatid run --watch`.",
      );
    }
    if (module) {
      throw refused(
        "swap",
        id,
        "found code that this process has loaded; expected none, as the module is isolated",
        `Call process.swap("${id}"), so that a new guest loads it.`,
      );
    }
    const { registry, logging } = this.#options.parts;
    const predecessor = fresh ? undefined : runner.module;
    return await guestFor(
      wanted,
      registry,
      (id) => logging.log(id),
      predecessor,
    );
  }

  async #checked(
    config: ProcessConfig,
    wanted: ModuleConfig,
    module: Module,
  ): Promise<AssembledModule> {
    const { part, notices } = await withSection(config, wanted, module);
    const log = this.#options.parts.logging.log();
    for (const notice of notices) {
      log.warn("{notice}", { notice: formatProblem(notice) });
    }
    return part;
  }
}

function sectionOf(
  { modules }: ProcessConfig,
  id: string,
): ModuleConfig | undefined {
  return modules.find((one) => one.id === id);
}

function refused(
  action: Replacement["action"],
  id: string,
  why: string,
  hint?: string,
): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot ${action} module "${id}": ${why}`,
    { hint },
  );
}
