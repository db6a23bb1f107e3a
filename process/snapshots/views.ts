import type { BusHealth, ModuleState, Topics } from "@caryatid/sdk";

/** State of one process on a bus, as its latest message describes it. */
export interface ProcessView {
  /** Id of the run; `unknown` if the message lacks the state of its process. */
  readonly id: string;
  readonly name: string;
  readonly pid: number;
  /** Time at which it began, in milliseconds since 1970; 0 if unknown. */
  readonly started: number;
  /** Time of the message, in milliseconds since 1970. */
  readonly time: number;
  /** Resident memory in bytes. */
  readonly memory: number;
  /** Cores in use. */
  readonly cpu: number;
  readonly ready: boolean;
  readonly problems: readonly string[];
  readonly buses: readonly BusView[];
  readonly routes: readonly { pattern: string; buses: readonly string[] }[];
  /** Actions that requests may take on its modules. */
  readonly control: readonly string[];
  readonly modules: readonly ModuleView[];
}

/** State of a bus. */
export interface BusView extends BusHealth {
  /** Name of its class; empty if unknown. */
  readonly className: string;
}

/** State and counts of one module. */
export interface ModuleView {
  readonly id: string;
  /** Name of its definition; empty if unknown. */
  readonly className: string;
  readonly state: ModuleState | "unknown";
  /** True if an operator has paused it. */
  readonly paused: boolean;
  readonly restarts: number;
  readonly errors: readonly ModuleErrorView[];
  /** Patterns of subscriptions that its process calls stuck. */
  readonly stuck: readonly string[];
  readonly isolation: string;
  readonly jail: string | undefined;
  /** Memory of its guest in bytes. */
  readonly memory: number | undefined;
  /** Cores that its guest used lately. */
  readonly cores: number | undefined;
  readonly asked: Readonly<Record<string, readonly string[]>>;
  readonly granted: Readonly<Record<string, readonly string[]>> | undefined;
  readonly topics: Topics | undefined;
  readonly reads: readonly ReadView[];
  readonly writes: readonly WriteView[];
  readonly requests: readonly RequestView[];
  readonly handlings: readonly HandlingView[];
}

/** Failure of a module. */
export interface ModuleErrorView {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly code: string;
  readonly message: string;
}

/** Subscriptions of a module to one pattern. Times are in milliseconds. */
export interface ReadView {
  readonly pattern: string;
  readonly count: number;
  /** Deliveries per second. */
  readonly rate: number;
  readonly queued: number;
  readonly inFlight: number;
  readonly inFlightFor: number;
  readonly waitingPublishers: number;
  readonly dropped: number;
  /** Number of further attempts of `consume`. */
  readonly retried: number;
}

/** Publishes of a module on one topic. Times are in milliseconds. */
export interface WriteView {
  readonly topic: string;
  readonly count: number;
  /** Messages per second. */
  readonly rate: number;
  readonly waiting: number;
  readonly pendingFor: number;
  readonly failed: number;
  readonly waitsFor: readonly { module: string; pattern: string }[];
}

/** Requests of a module on one topic. Times are in milliseconds. */
export interface RequestView {
  readonly topic: string;
  readonly count: number;
  /** Requests per second, between the two latest messages. */
  readonly rate: number;
  readonly pending: number;
  readonly pendingFor: number;
  readonly failed: number;
}

/** Requests that a module answers on one pattern. */
export interface HandlingView {
  readonly pattern: string;
  readonly handled: number;
  /** Answers per second, between the two latest messages. */
  readonly rate: number;
  readonly failed: number;
  readonly running: number;
}
