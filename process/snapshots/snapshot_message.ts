import type { BusHealth, Float, ModuleState, Topics } from "@caryatid/sdk";

/**
 * Message on the topic of `[monitor]`: the state of one process. buswatch reads
 * `version`, `timestamp_ms`, and `count`, `backlog`, `pending` and `rate` of
 * `modules`; it ignores all other fields.
 *
 * Times whose name ends in `_ms` are in milliseconds. A number that is 0, and a
 * table without entries, may be missing.
 */
export interface SnapshotMessage {
  readonly version: { readonly major: 1; readonly minor: 0 };
  /** Milliseconds since 1970. */
  readonly timestamp_ms: number;
  /** Counts by module id. */
  readonly modules: Readonly<Record<string, ModuleCountsMessage>>;
  /** State of the process; missing if another program published it. */
  readonly process?: ProcessMessage;
}

/** Counts of one module. */
export interface ModuleCountsMessage {
  /** Subscriptions, by pattern. */
  readonly reads: Readonly<Record<string, ReadsMessage>>;
  /** Publishes, by topic. */
  readonly writes: Readonly<Record<string, WritesMessage>>;
  /** Requests that it made, by topic. */
  readonly requests?: Readonly<Record<string, RequestsMessage>>;
  /** Requests that it answers, by pattern. */
  readonly handlings?: Readonly<Record<string, HandlingsMessage>>;
}

/** Subscriptions of a module to one pattern. */
export interface ReadsMessage {
  /** Number of deliveries that loops received. */
  readonly count: number;
  /** Number of messages in the queue. */
  readonly backlog: number;
  /** Time that a loop has waited for a message, in microseconds. */
  readonly pending?: number;
  /** Deliveries per second; a `Float`, as Rust requires. */
  readonly rate: number | Float;
  /** Number of deliveries that loops work on. */
  readonly in_flight?: number;
  /** Minimum time that they have been in flight. */
  readonly in_flight_ms?: number;
  /** Number of publishers that wait for room in the queue. */
  readonly waiting_publishers?: number;
  /** Number of lost messages. */
  readonly dropped?: number;
  /** Number of deliveries of messages that had been delivered before. */
  readonly redelivered?: number;
  /** Number of further attempts at deliveries by `consume`. */
  readonly retried?: number;
}

/** Publishes of a module on one topic. */
export interface WritesMessage {
  /** Number of accepted messages. */
  readonly count: number;
  /** Time that the first publish has waited, in microseconds. */
  readonly pending?: number;
  /** Messages per second; a `Float`, as Rust requires. */
  readonly rate: number | Float;
  /** Number of publishes that wait. */
  readonly waiting?: number;
  /** Number of rejected messages. */
  readonly failed?: number;
  /** Full queues that they may wait for. */
  readonly waits_for?: readonly FullQueueMessage[];
}

/** Queue without room. */
export interface FullQueueMessage {
  /** Id of the module that reads too slowly. */
  readonly module: string;
  /** Pattern of its subscription. */
  readonly pattern: string;
}

/** Requests of a module on one topic. */
export interface RequestsMessage {
  /** Number of requests. */
  readonly count: number;
  /** Number of requests without an answer yet. */
  readonly pending?: number;
  /** Time that the first of them has waited. */
  readonly pending_ms?: number;
  /** Number of failed requests by error code. */
  readonly failed?: Readonly<Record<string, number>>;
  /** Number of settled requests by bucket of `DURATION_BOUNDS`. */
  readonly durations?: readonly number[];
  /** Sum of the durations. */
  readonly duration_ms?: number | Float;
}

/** Requests that a module handles on one pattern. */
export interface HandlingsMessage {
  /** Number of answered requests. */
  readonly handled: number;
  /** Number of requests whose handler failed. */
  readonly failed?: number;
  /** Number of requests that it works on. */
  readonly running?: number;
}

/** State of a process. */
export interface ProcessMessage {
  /** Random id of this run: two processes never share it. */
  readonly id: string;
  /** Name in `[process.<name>]`, or `process`. */
  readonly name: string;
  /** Number of the process in its operating system. */
  readonly pid: number;
  /** Time at which the process began, in milliseconds since 1970. */
  readonly started_ms: number;
  /** Longest delay of the event loop in the last ten seconds. */
  readonly loop_delay_ms?: number | Float;
  /** Resident memory in bytes. */
  readonly memory: number;
  /** Cores that the process used since the snapshot before; a `Float`. */
  readonly cpu: number | Float;
  /** True if it is ready, as in its health. */
  readonly ready: boolean;
  /** Reasons why it is not ready. */
  readonly problems: readonly string[];
  /** Buses that a route names. */
  readonly buses: readonly BusMessage[];
  /** Actions that requests may take on its modules; missing if none. */
  readonly control?: readonly string[];
  /** Routes; the first match wins. */
  readonly routes: readonly RouteMessage[];
  /** Every module by id. */
  readonly modules: Readonly<Record<string, ModuleStatusMessage>>;
}

/** State of a bus. */
export interface BusMessage extends BusHealth {
  /** Class of the bus; `in-memory` reaches no other process. */
  readonly class: string;
}

/** Buses that carry the topics of a pattern. */
export interface RouteMessage {
  readonly pattern: string;
  readonly buses: readonly string[];
}

/** State of one module. */
export interface ModuleStatusMessage {
  /** Name of its definition. */
  readonly class: string;
  readonly state: ModuleState;
  /** True if an operator has paused it; missing otherwise. */
  readonly paused?: boolean;
  /** Number of restarts after a failure. */
  readonly restarts: number;
  /** Latest failures, oldest first. */
  readonly errors: readonly ModuleErrorMessage[];
  /** Patterns of subscriptions that are stuck. */
  readonly stuck: readonly string[];
  readonly isolation: "none" | "worker" | "process";
  /** Use of a jail; missing unless it runs in a separate process. */
  readonly jail?: "auto" | "required" | "off";
  /** Memory that its guest reports, in bytes; missing unless isolated. */
  readonly memory?: number;
  /** Cores that its guest used lately; missing unless isolated. */
  readonly cores?: number | Float;
  /** Permissions that its code asks for, by kind. */
  readonly asked: Readonly<Record<string, readonly string[]>>;
  /** Grants of the configuration by kind; missing if it has none. */
  readonly granted?: Readonly<Record<string, readonly string[]>>;
  /** Topics that it declares; missing if it declares none. */
  readonly topics?: Topics;
}

/** Failure of a module. */
export interface ModuleErrorMessage {
  /** Milliseconds since 1970. */
  readonly time_ms: number;
  readonly code: string;
  readonly message: string;
}
