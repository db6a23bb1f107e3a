/** What a monitor knows at one moment. Its tables have no prototype, so that `__proto__` is a topic like any other. */
export interface MonitorSnapshot {
  /** When it was taken: milliseconds since 1970. */
  readonly time: number;
  /** By module id, sorted; `process` is the program around the modules, once it uses the bus. */
  readonly modules: Readonly<Record<string, ModuleSnapshot>>;
}

/** What one module has done since the process began, through its restarts, and what it waits for now. */
export interface ModuleSnapshot {
  /** By the pattern that it subscribed to. */
  readonly reads: Readonly<Record<string, ReadsSnapshot>>;
  /** By the topic that it published on. */
  readonly writes: Readonly<Record<string, WritesSnapshot>>;
  /** By the topic that it made requests on. */
  readonly requests: Readonly<Record<string, RequestsSnapshot>>;
  /** By the pattern that it handles. */
  readonly handlings: Readonly<Record<string, HandlingsSnapshot>>;
}

/** Subscriptions of a module to one pattern. */
export interface ReadsSnapshot {
  /** Deliveries that loops were given. */
  readonly read: number;
  /** Messages that wait in the queue; members of a group share one. */
  readonly unread: number;
  /** Deliveries that loops work on. */
  readonly inHand: number;
  /** For how long at least, in milliseconds: since a snapshot first saw them; undefined where nothing is in hand. */
  readonly inHandFor: number | undefined;
  /** How long a loop has waited for a delivery, in milliseconds; undefined where none waits. */
  readonly pendingFor: number | undefined;
  /** Publishers that wait for room in the queue. */
  readonly heldUp: number;
  /** Messages lost to `overflow`, or refused. */
  readonly dropped: number;
  /** Deliveries in a second. */
  readonly rate: number;
}

/** What a module published on one topic. */
export interface WritesSnapshot {
  /** Messages that were accepted. */
  readonly written: number;
  /** Messages that were refused. */
  readonly failed: number;
  /** Publishes that wait now. */
  readonly waiting: number;
  /** How long the first of them has waited, in milliseconds; undefined where none waits. */
  readonly pendingFor: number | undefined;
  /** Whose full queues they may wait for, up to ten. Empty where they wait for a broker. */
  readonly waitsFor: readonly HeldUpBy[];
  /** Messages accepted in a second. */
  readonly rate: number;
}

/** A subscription that has no room. */
export interface HeldUpBy {
  /** The id of the module that reads too slowly. */
  readonly module: string;
  /** What it listens to. */
  readonly pattern: string;
}

/** Requests of a module on one topic. */
export interface RequestsSnapshot {
  /** Requests that were made: answered, failed or pending. */
  readonly count: number;
  /** Requests that wait for their answer. */
  readonly pending: number;
  /** How long the first of them has waited, in milliseconds; undefined where none waits. */
  readonly pendingFor: number | undefined;
  /** How many failed, by error code; `OTHER` for errors that aren't Caryatid's. */
  readonly failed: Readonly<Record<string, number>>;
}

/** What a module handles on one pattern. With `retry`, each attempt counts. */
export interface HandlingsSnapshot {
  /** Requests that were answered. */
  readonly handled: number;
  /** Requests whose handler threw, or gave no answer. */
  readonly failed: number;
  /** Requests that it works on now. */
  readonly running: number;
}
