import type { ProcessSnapshot } from "./process_snapshot.ts";

/**
 * State of a monitor at one moment. Its tables have no prototype, so that
 * `__proto__` is a topic like any other.
 */
export interface MonitorSnapshot {
  /** Time of the snapshot, in milliseconds since 1970. */
  readonly time: number;
  /**
   * By module id, sorted. `process` is the program around the modules, once it
   * uses the bus.
   */
  readonly modules: Readonly<Record<string, ModuleSnapshot>>;
  /** State of the process, once it has started. */
  readonly process?: ProcessSnapshot | undefined;
}

/**
 * Counts of one module since the process began, through its restarts, and its
 * waits at this moment.
 */
export interface ModuleSnapshot {
  /** Subscriptions, by pattern. */
  readonly reads: Readonly<Record<string, ReadsSnapshot>>;
  /** Publishes, by topic. */
  readonly writes: Readonly<Record<string, WritesSnapshot>>;
  /** Requests that it made, by topic. */
  readonly requests: Readonly<Record<string, RequestsSnapshot>>;
  /** Requests that it handled, by pattern. */
  readonly handlings: Readonly<Record<string, HandlingsSnapshot>>;
}

/** Subscriptions of a module to one pattern. */
export interface ReadsSnapshot {
  /** Number of deliveries that loops received. */
  readonly read: number;
  /** Number of messages in the queue, which members of a group share. */
  readonly unread: number;
  /** Number of deliveries that loops work on. */
  readonly inFlight: number;
  /**
   * Minimum time that they have been in flight, in milliseconds, counted from
   * the first snapshot that saw them; undefined if none is in flight.
   */
  readonly inFlightFor: number | undefined;
  /**
   * Time that a loop has waited for a delivery, in milliseconds; undefined if
   * none waits.
   */
  readonly pendingFor: number | undefined;
  /** Number of publishers that wait for room in the queue. */
  readonly waitingPublishers: number;
  /** Number of messages lost to `overflow`, or rejected. */
  readonly dropped: number;
  /** Number of deliveries of messages that had been delivered before. */
  readonly redelivered: number;
  /** Number of further attempts at deliveries by `consume`. */
  readonly retried: number;
  /** Deliveries per second. */
  readonly rate: number;
  /** Names of the groups that the subscriptions have joined, sorted. */
  readonly groups: readonly string[];
}

/** Publishes of a module on one topic. */
export interface WritesSnapshot {
  /** Number of accepted messages. */
  readonly written: number;
  /** Number of rejected messages. */
  readonly failed: number;
  /** Number of publishes that wait. */
  readonly waiting: number;
  /**
   * Time that the first of them has waited, in milliseconds; undefined if none
   * waits.
   */
  readonly pendingFor: number | undefined;
  /**
   * Full queues that they may wait for, up to ten. Empty if they wait for a
   * broker.
   */
  readonly waitsFor: readonly FullQueue[];
  /** Accepted messages per second. */
  readonly rate: number;
}

/** Queue without room. */
export interface FullQueue {
  /** Id of the module that reads too slowly. */
  readonly module: string;
  /** Pattern of its subscription. */
  readonly pattern: string;
}

/** Requests of a module on one topic. */
export interface RequestsSnapshot {
  /** Number of requests: answered, failed or pending. */
  readonly count: number;
  /** Number of requests without an answer yet. */
  readonly pending: number;
  /**
   * Time that the first of them has waited, in milliseconds; undefined if none
   * waits.
   */
  readonly pendingFor: number | undefined;
  /**
   * Number of failed requests by error code; `OTHER` for errors that are not a
   * `CaryatidError`.
   */
  readonly failed: Readonly<Record<string, number>>;
  /** Durations of settled requests. */
  readonly durations: DurationsSnapshot;
}

/** Durations by bucket. */
export interface DurationsSnapshot {
  /** Numbers by bucket of `DURATION_BOUNDS`, and of everything above. */
  readonly counts: readonly number[];
  /** Sum in milliseconds. */
  readonly sum: number;
}

/**
 * Requests that a module handles on one pattern. With `retry`, each attempt
 * counts.
 */
export interface HandlingsSnapshot {
  /** Number of answered requests. */
  readonly handled: number;
  /** Number of requests whose handler threw, or returned no answer. */
  readonly failed: number;
  /** Number of requests that it works on. */
  readonly running: number;
}

/**
 * Returns the table with each value converted. It has no prototype, so that no
 * key is special.
 */
export function mapTable<T, U>(
  table: Readonly<Record<string, T>>,
  convert: (value: T) => U,
): Record<string, U> {
  const mapped: Record<string, U> = Object.create(null);
  for (const key of Object.keys(table)) mapped[key] = convert(table[key]!);
  return mapped;
}
