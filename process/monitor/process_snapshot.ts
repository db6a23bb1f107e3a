import type { BusHealth, ModuleState, Topics } from "@caryatid/sdk";

/** State of a process at one moment. */
export interface ProcessSnapshot {
  /** Random id of this run: two processes never share it. */
  readonly id: string;
  /** Name in `[process.<name>]`, or `process`. */
  readonly name: string;
  /** Number of the process in its operating system. */
  readonly pid: number;
  /** Time at which the process began, in milliseconds since 1970. */
  readonly started: number;
  /**
   * Longest delay of the event loop in the last ten seconds, in milliseconds.
   */
  readonly loopDelay: number;
  /** Resident memory in bytes. */
  readonly memory: number;
  /** Cores that the process used on average since the snapshot before. */
  readonly cpu: number;
  /** True if every module has started, and nothing is stuck or disconnected. */
  readonly ready: boolean;
  /** Reasons why it is not ready. */
  readonly problems: readonly string[];
  /** Buses that a route names. */
  readonly buses: readonly BusStatus[];
  /** Actions that requests may take on its modules. */
  readonly control: readonly string[];
  /** Routes; the first match wins. */
  readonly routes: readonly RouteSnapshot[];
  /** Modules by id. The table has no prototype. */
  readonly modules: Readonly<Record<string, ModuleStatus>>;
}

/** State of a bus, and the class that made it. */
export interface BusStatus extends BusHealth {
  /** Class of the bus: `in-memory`, `rabbit-mq` or another one. */
  readonly className: string;
}

/** Buses that carry the topics of a pattern. */
export interface RouteSnapshot {
  /** Pattern of topics. */
  readonly pattern: string;
  /** Ids of buses. */
  readonly buses: readonly string[];
}

/** State of one module at one moment. */
export interface ModuleStatus {
  /** Name of its definition. */
  readonly className: string;
  /** State of its code. */
  readonly state: ModuleState;
  /** True if an operator has paused it. */
  readonly paused: boolean;
  /** Number of restarts after a failure. */
  readonly restarts: number;
  /** Its latest failures, oldest first, up to five. */
  readonly errors: readonly ModuleFailure[];
  /** Patterns of its subscriptions that are stuck. */
  readonly stuck: readonly string[];
  /** Place in which its code runs. */
  readonly isolation: "none" | "worker" | "process";
  /** Use of a jail; undefined unless it runs in a separate process. */
  readonly jail: "auto" | "required" | "off" | undefined;
  /**
   * Memory that its guest reported last, in bytes; undefined unless it runs in
   * a separate process.
   */
  readonly memory: number | undefined;
  /** Cores that its guest used lately; undefined as for `memory`. */
  readonly cores: number | undefined;
  /** Permissions that its code asks for, by kind. */
  readonly asked: Readonly<Record<string, readonly string[]>>;
  /** Grants of `[module.<id>.permissions]`; undefined without that table. */
  readonly granted: Readonly<Record<string, readonly string[]>> | undefined;
  /** Topics that it declares; undefined if it declares none. */
  readonly topics: Topics | undefined;
}

/** One failure of a module. */
export interface ModuleFailure {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Error code, or the name of another error. */
  readonly code: string;
  /** Text of the error. */
  readonly message: string;
}
