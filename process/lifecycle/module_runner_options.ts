import type {
  CaryatidError,
  Clock,
  Health,
  Log,
  MessageBus,
  Module,
} from "@caryatid/sdk";
import type { FrozenTable, OnTypedTopic } from "@caryatid/sdk/internal/host";
import type { SwappingFactory } from "@caryatid/sdk/internal/host/swapping";
import type { ModuleTracer } from "@caryatid/sdk/internal/tracing";
import type { OnFailure, WhileDown } from "../config/process_config.ts";
import type { ActiveTasks } from "./active_task.ts";

/**
 * Code, section and bus that a `ModuleRunner` runs. A swap replaces
 * them.
 */
export interface Running {
  readonly module: Module;
  /** Checked section of the module. */
  readonly config: unknown;
  readonly onFailure: OnFailure;
  readonly whileDown: WhileDown;
  /** Bus of the module, with all layers. */
  readonly bus: MessageBus;
  /** Traces what the module receives, if the process traces. */
  readonly tracing: ModuleTracer | undefined;
  /** Returns the configuration of the process. */
  readonly processConfig: () => FrozenTable;
}

/** Options of `ModuleRunner`. */
export interface ModuleRunnerOptions extends Running {
  readonly id: string;
  /** Present if the code can be swapped. */
  readonly swapping?: SwappingFactory | undefined;
  readonly log: Log;
  readonly clock: Clock | undefined;
  /**
   * Deadline of `init` after a restart or a swap, in milliseconds; 0 disables
   * it.
   */
  readonly startDeadline: number;
  readonly tasks: ActiveTasks;
  /** Returns the metrics of the process, if it counts. */
  readonly metrics: (() => Promise<string>) | undefined;
  /** Called with each typed topic that the module receives. */
  readonly onTypedTopic?: OnTypedTopic | undefined;
  /** Receives a failure that ends the process. */
  readonly fatal: (error: CaryatidError) => void;
  /** Returns the state of the process, for the module's context. */
  readonly health: () => Health;
}

/** Options of `ModuleRunner.swap`. */
export interface SwapTerms {
  /**
   * True if subscriptions and handlers are closed instead of kept, because the
   * module lost rights.
   */
  readonly fresh: boolean;
  /** True if the new code takes over the state of the old code. */
  readonly keepsState: boolean;
  /** Time for the old code to finish deliveries in flight, in milliseconds. */
  readonly finish: number;
}
