/** State of one bus, as the bus itself knows it. */
export interface BusHealth {
  /** Id in the configuration; empty if no router names the bus. */
  readonly id: string;
  /**
   * True if the bus can carry messages now: a bus in memory always can, another
   * one needs its broker.
   */
  readonly connected: boolean;
  /** Reason why it is not connected. */
  readonly reason?: string;
  /**
   * Number of answers that were dropped: they arrived after their request had
   * ended, or after another answer. Missing if no answer was late.
   */
  readonly lateAnswers?: number;
  /** Number of messages that became dead letters here; absent if none did. */
  readonly deadLettered?: number;
}

/**
 * State of a module. `pending` has not run `init` yet, `starting` waits for it
 * or for other modules, `restarting` failed and is started again, `failed` has
 * ended by an error that `on-failure = "ignore"` ignores.
 */
export type ModuleState =
  | "pending"
  | "starting"
  | "running"
  | "restarting"
  | "failed"
  | "stopped";

/** State of one module. */
export interface ModuleHealth {
  /** Id in the configuration. */
  readonly id: string;
  /** State of its code. */
  readonly state: ModuleState;
  /**
   * Patterns of its subscriptions that are stuck: messages wait, and none was
   * taken for a while.
   */
  readonly stuck: readonly string[];
}

/** State of a process. */
export interface Health {
  /**
   * True if every module has started, every bus of a route is connected and no
   * queue is stuck.
   */
  readonly ready: boolean;
  /**
   * Reasons why the process is not ready, for a person; each one names the bus,
   * module or queue.
   */
  readonly problems: readonly string[];
  /** Every bus that a route names. */
  readonly buses: readonly BusHealth[];
  /** Every module, in the order of the configuration. */
  readonly modules: readonly ModuleHealth[];
}
