import { CaryatidError, type Module } from "@caryatid/sdk";
import { abortedError } from "@caryatid/sdk/bus";
import { type AssembledModule, guestFor, withSection } from "./assembly.ts";
import type { Boot } from "./boot.ts";
import { formatProblem } from "./config/config_error.ts";
import type { ModuleConfig, ProcessConfig } from "./config/process_config.ts";
import { discard } from "./discard.ts";
import type { LifecycleParts } from "./lifecycle.ts";
import type { ModuleRunner } from "./module_runner.ts";

/** What {@linkcode Swaps} are made of. */
export interface SwapsOptions {
  readonly parts: LifecycleParts;
  /** Fires when the process begins to stop. */
  readonly stopping: AbortSignal;
  /** Resolves when it has started; undefined until that begins. */
  readonly booting: () => Promise<void> | undefined;
  /** What was started. */
  readonly boot: Boot;
}

/** Other code, or another section, in the place of a module's while the process runs. */
export class Swaps {
  readonly #options: SwapsOptions;
  /** Of each module that was swapped the section that it runs with. */
  readonly #sections = new Map<string, ModuleConfig>();
  /** Of each module the swap that was asked for last. */
  readonly #turns = new Map<string, Promise<void>>();

  /** Nothing is swapped yet. */
  constructor(options: SwapsOptions) {
    this.#options = options;
  }

  /**
   * With the section of `config`. The code of an isolated module is loaded by another guest.
   *
   * One swap of a module follows the other: what it takes over, and what it may keep, is known only when its turn comes.
   */
  async swap(
    id: string,
    module: Module | undefined,
    config: ProcessConfig,
  ): Promise<void> {
    await this.#swappable(id); // else it is refused at once
    const before = this.#turns.get(id) ?? Promise.resolve();
    const swap = before.then(() => this.#swap(id, module, config));
    const over = swap.catch(() => {}).then(() => { // who asked for it hears of it
      if (this.#turns.get(id) === over) this.#turns.delete(id);
    });
    this.#turns.set(id, over);
    await swap;
  }

  /** Resolves when no swap is going on. */
  async over(): Promise<void> {
    await Promise.all(this.#turns.values());
  }

  async #swap(
    id: string,
    module: Module | undefined,
    config: ProcessConfig,
  ): Promise<void> {
    const { parts, boot, stopping } = this.#options;
    const runner = await this.#swappable(id);
    const wanted = config.modules.find((one) => one.id === id);
    if (wanted === undefined) throw cannotSwap(id, "found no section of it");
    const fresh = await this.#mustForget(wanted);
    const newer = await this.#newerCode(wanted, module, fresh, runner);
    try {
      const part = await this.#checked(config, wanted, newer);
      const terms = { finish: parts.config.stopDeadline, fresh };
      const next = await boot.running(part, config);
      if (stopping.aborted) throw abortedError(`swap module "${id}"`, stopping);
      await runner.swap(next, terms);
      this.#sections.set(id, wanted);
    } catch (error) {
      await discard(newer);
      throw error;
    }
  }

  async #swappable(id: string): Promise<ModuleRunner> {
    const { parts, stopping, booting, boot } = this.#options;
    if (!parts.swapping) {
      throw cannotSwap(
        id,
        "the process was not made for that",
        "pass { swappable: true } to Process.create",
      );
    }
    const booted = booting();
    if (!booted) throw cannotSwap(id, "the process was not started");
    await booted;
    if (stopping.aborted) throw abortedError(`swap module "${id}"`, stopping);
    const runner = boot.runners.find((one) => one.id === id);
    if (runner) return runner;
    const ids = boot.runners.map((one) => one.id).join(", ");
    throw cannotSwap(id, `found no such module, wanted one of ${ids}`);
  }

  /** Whether it may listen to less than before, or answer less. */
  async #mustForget(wanted: ModuleConfig): Promise<boolean> {
    if (wanted.isolation === "none" && !wanted.permissions) return false;
    const { rightsShrank } = await import("./isolation/with_rights.ts");
    const { modules } = this.#options.parts.config;
    const before = this.#sections.get(wanted.id) ??
      modules.find(({ id }) => id === wanted.id)!;
    return rightsShrank(before, wanted);
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
      throw cannotSwap(id, "found no newer code, wanted a module");
    }
    if (module) {
      throw cannotSwap(
        id,
        "found code that this process has loaded, wanted none, as the module is isolated",
        `process.swap("${id}") has a new guest load it`,
      );
    }
    const { classes, logging } = this.#options.parts;
    const predecessor = fresh ? undefined : runner.module;
    return await guestFor(wanted, classes, logging, predecessor);
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

function cannotSwap(id: string, why: string, hint?: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot swap module "${id}": ${why}`,
    { hint },
  );
}
