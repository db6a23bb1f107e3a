import type { Health, Module, Topics } from "@caryatid/sdk";
import process from "node:process";
import type {
  ModuleConfig,
  ModuleGrants,
  ProcessConfig,
} from "../config/process_config.ts";
import type {
  ModuleFailure,
  ModuleStatus,
  ProcessSnapshot,
} from "./process_snapshot.ts";

/** Sources of a {@linkcode ProcessState}. */
export interface ProcessSources {
  readonly config: ProcessConfig;
  /** Returns the health of the process. */
  readonly health: () => Health;
  /** Modules whose code was found, in the order of the configuration. */
  readonly modules: readonly FoundModule[];
  /** Runners of the modules. */
  readonly runners: readonly RunnerState[];
  /** Fires when the process begins to stop. */
  readonly stopping: AbortSignal;
  /** Starts the code of a module again. */
  readonly restart: (id: string) => Promise<void>;
  /** Replaces the code of an isolated module by its latest version. */
  readonly swap: (id: string) => Promise<void>;
}

/** A module whose code was found. */
export interface FoundModule {
  readonly config: ModuleConfig;
  readonly module: Pick<Module, "name" | "permissions">;
  /** Its checked section. */
  readonly section: unknown;
  readonly topics: Topics | undefined;
}

/** State of a module that only its runner knows. */
export interface RunnerState {
  readonly id: string;
  /** Number of restarts after a failure. */
  readonly restarts: number;
  /** Its latest failures, oldest first. */
  readonly failures: readonly ModuleFailure[];
  /** Its current code. */
  readonly module: {
    readonly memory?: number | undefined;
    readonly cores?: number | undefined;
  };
}

/** State that the monitor knows itself. */
export interface MeasuredState {
  /** Returns the delay of the event loop in milliseconds. */
  readonly loopDelay: () => number;
  /** Returns true if a module is paused. */
  readonly isPaused: (id: string) => boolean;
}

/** Reads the state of a process and of its modules. */
export class ProcessState {
  readonly #sources: ProcessSources;
  /** Random id of this run. */
  readonly id: string = crypto.randomUUID().slice(0, 8);
  readonly #started = Date.now();
  readonly #measured: MeasuredState;
  readonly #constant: ReadonlyMap<string, Constant>;
  #usage = process.cpuUsage();
  #usedAt = performance.now();
  #cpu = 0;

  /** Returns the permissions that the code of each module asks for. */
  constructor(sources: ProcessSources, measured: MeasuredState) {
    this.#sources = sources;
    this.#measured = measured;
    this.#constant = new Map(
      sources.modules.map((found) => [found.config.id, constantOf(found)]),
    );
  }

  /** Returns the state as it is now. */
  read(): ProcessSnapshot {
    const { config, health: readHealth } = this.#sources;
    const health = readHealth();
    const modules: Record<string, ModuleStatus> = Object.create(null);
    for (const { id, state, stuck } of health.modules) {
      const constant = this.#constant.get(id);
      if (constant === undefined) continue;
      const runner = this.#sources.runners.find((each) => each.id === id);
      modules[id] = {
        ...constant,
        state,
        stuck,
        paused: this.#measured.isPaused(id),
        restarts: runner?.restarts ?? 0,
        errors: runner?.failures ?? [],
        memory: runner?.module.memory,
        cores: runner?.module.cores,
      };
    }
    return {
      id: this.id,
      name: config.process ?? "process",
      pid: process.pid,
      started: this.#started,
      loopDelay: this.#measured.loopDelay(),
      memory: process.memoryUsage().rss,
      cpu: this.#measureCpu(),
      ready: health.ready,
      problems: health.problems,
      buses: health.buses.map((bus) => ({
        ...bus,
        className: config.buses.find(({ id }) => id === bus.id)?.className ??
          "in-memory",
      })),
      control: config.monitor?.control ?? [],
      routes: config.routes.map(({ pattern, buses }) => ({ pattern, buses })),
      modules,
    };
  }

  /** Averages over at least 100 ms: a shorter time says little. */
  #measureCpu(): number {
    const now = performance.now();
    const elapsed = now - this.#usedAt;
    if (elapsed < 100) return this.#cpu;
    const { user, system } = process.cpuUsage();
    const used = user + system - this.#usage.user - this.#usage.system;
    this.#usage = { user, system };
    this.#usedAt = now;
    return this.#cpu = Math.max(0, used) / 1000 / elapsed;
  }
}

type Constant = Pick<
  ModuleStatus,
  "className" | "isolation" | "jail" | "asked" | "granted" | "topics"
>;

function constantOf(
  { config, module, section, topics }: FoundModule,
): Constant {
  const { isolation, jail, permissions, className } = config;
  return {
    className: module.name || className,
    isolation,
    jail: isolation === "process" ? jail : undefined,
    asked: asked(module.permissions, section),
    granted: permissions && listsOf(permissions),
    topics,
  };
}

function asked(
  permissions: Module["permissions"],
  section: unknown,
): Record<string, readonly string[]> {
  try {
    return listsOf(
      typeof permissions === "function"
        ? permissions(section)
        : permissions ?? {},
    );
  } catch {
    return {}; // the check of its grants reports the error
  }
}

/** Keeps the lists of texts that are not empty. */
function listsOf(
  lists: Partial<ModuleGrants> | object,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(lists).filter(([, list]) =>
      Array.isArray(list) && list.length > 0
    ).map(([kind, list]) => [kind, list.map(String)]),
  );
}
