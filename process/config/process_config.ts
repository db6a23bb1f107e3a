/** A process of a file for several processes. */
export interface NamedProcess {
  /** Name in `[process.<name>]`. */
  readonly name: string;
  /** Ids of its modules, in the order of the file. */
  readonly modules: readonly string[];
}

/** Lowest level that is logged. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * Reaction to an error in a module: the process ends, the module restarts, or
 * nothing happens.
 */
export type OnFailure = "fail" | "restart" | "ignore";
/** Behavior of the full queues of a module that is down. */
export type WhileDown = "drop-newest" | "wait";

/**
 * Place in which the code of a module runs: the process itself, a worker, or a
 * separate process.
 */
export type Isolation = "none" | "worker" | "process";

/**
 * Use of the jail of the operating system for a separate process: if the
 * machine has one, always, or never.
 */
export type Jail = "auto" | "required" | "off";

/**
 * Checked configuration: settings of the process, and a section for each module
 * and bus.
 */
export interface ProcessConfig {
  /** Modules, in the order in which the files first mention them. */
  readonly modules: readonly ModuleConfig[];
  /**
   * Processes of the file, in file order; empty if the file is for one process.
   */
  readonly processes: readonly NamedProcess[];
  /**
   * Name of this process, which has its own `modules` only; undefined for the
   * whole file.
   */
  readonly process: string | undefined;
  /** Buses in file order. By default one in-memory bus called `memory`. */
  readonly buses: readonly BusConfig[];
  /** Routes; the first match wins. By default `#` to the only bus. */
  readonly routes: readonly RouteConfig[];
  /** Timeout of a request in milliseconds, above 0. */
  readonly requestTimeout: number;
  /** Topic of the startup message. */
  readonly startupTopic: string | undefined;
  /** Startup message. */
  readonly startupMessage: unknown;
  /** Deadline of a start in milliseconds; 0 disables it. */
  readonly startDeadline: number;
  /** Deadline of draining in milliseconds. */
  readonly stopDeadline: number;
  /** Settings of the log. */
  readonly log: LogConfig;
  /**
   * Hosts that code may come from: `host` or `host:port`. Undefined without
   * `[import] hosts`.
   */
  readonly importHosts: readonly string[] | undefined;
  /** Settings of the monitor, if there is a `[monitor]`. */
  readonly monitor: MonitorConfig | undefined;
  /** Settings of tracing, if there is a `[tracing]`. */
  readonly tracing: TracingConfig | undefined;
  /** Prefix of variables that override it, without the underscore after it. */
  readonly envPrefix: string;
  /** Names of the variables with that prefix that were read, sorted. */
  readonly variables: readonly string[];
  /** Notices about keys without effect, with replacements. */
  readonly notices: readonly ConfigProblem[];
  /** Merged tables of all sources, unchecked and not limited to `process`. */
  readonly merged: Readonly<Record<string, unknown>>;
  /**
   * Returns the place of a key or of the nearest table around it. The text is
   * searched only during a call.
   *
   * @param key names, outermost first; "0" is the first element of an array
   */
  place(key: readonly string[]): Promise<Place | undefined>;
}

/** Settings of `[log]`. */
export interface LogConfig {
  /** Level of modules that `levels` does not name. */
  readonly level: LogLevel;
  /** Lines for people, or a JSON object for each record. */
  readonly format: "pretty" | "json";
  /** Levels by module id. */
  readonly levels: Readonly<Record<string, LogLevel>>;
}

/** Settings of `[monitor]`. */
export interface MonitorConfig {
  /** Path of the file that each snapshot replaces. */
  readonly output: string | undefined;
  /** Topic on which snapshots are published. */
  readonly topic: string | undefined;
  /** Interval of snapshots in milliseconds. */
  readonly frequency: number;
  /** True if OpenTelemetry receives the metrics. */
  readonly openTelemetry: boolean;
  /** Actions on modules that requests may take. */
  readonly control: readonly ControlAction[];
}

/** Action of an operator on a module; `pause` includes to resume it. */
export type ControlAction = "pause" | "restart" | "swap";

/** Settings of `[tracing]`. */
export interface TracingConfig {
  /** Share of messages without a cause that begin a trace, 0 to 1. */
  readonly sample: number;
  /** Maximum number of traces that begin per second. */
  readonly tracesPerSecond: number;
  /** Topic on which spans are published. */
  readonly topic: string | undefined;
}

/** Keys of a module or bus that belong to its own schema. */
export interface Section {
  /** Path, for example `["module", "clock"]`. */
  readonly path: readonly string[];
  /**
   * Keys and values. Tables have no prototype, so `constructor` is an ordinary
   * key.
   */
  readonly section: Readonly<Record<string, unknown>>;
  /** Keys that come only from `[global]`, as paths made by `joinKey`. */
  readonly globalKeys?: ReadonlySet<string>;
}

/** Source of code. */
export interface CodeSource {
  /** Specifier, unless the code is found by its class. */
  readonly import: string | undefined;
  /**
   * File that contains `import`, as the base of a relative specifier; undefined
   * for a text, an object or the environment.
   */
  readonly base: URL | undefined;
  /**
   * Required hash of the file: `sha256-…`. It covers one file, not its imports.
   */
  readonly integrity: string | undefined;
}

/** Isolation of a module or bus. */
export interface IsolationConfig {
  /** Place in which its code runs. */
  readonly isolation: Isolation;
  /** Jail of its process. It applies to separate processes. */
  readonly jail: Jail;
  /**
   * Grants of `permissions`, if the key is set. Otherwise everything that the
   * code asks for is granted.
   */
  readonly permissions: ModuleGrants | undefined;
  /** Limits while it is isolated. */
  readonly limits: ModuleLimits;
}

/** Configuration of a module. */
export interface ModuleConfig extends Section, CodeSource, IsolationConfig {
  /** Id in `[module.<id>]`. */
  readonly id: string;
  /** Name of its definition. */
  readonly className: string;
  /** Reaction to an error in the module. */
  readonly onFailure: OnFailure;
  /** Behavior of its full queues while it waits for its restart. */
  readonly whileDown: WhileDown;
  /**
   * True if a full queue of its fan-out subscriptions may make publishers wait
   * while it is isolated.
   */
  readonly mayBlock: boolean;
  /** Keys of its section that come only from `[global]`. */
  readonly globalKeys: ReadonlySet<string>;
}

/** Grants of `[module.<id>.permissions]`. A missing list is undefined. */
export interface ModuleGrants {
  /** Hosts: `host`, `host:port`, `[v6]:port`, `*.domain`, `10.0.0.0/8`. */
  readonly net: readonly string[] | undefined;
  /** Absolute paths of files and folders; a folder includes its content. */
  readonly read: readonly string[] | undefined;
  /** Absolute paths of files and folders. */
  readonly write: readonly string[] | undefined;
  /**
   * Names of environment variables; `PREFIX_*` includes all with that prefix.
   */
  readonly env: readonly string[] | undefined;
  /** Patterns of topics that it may publish. */
  readonly publish: readonly string[] | undefined;
  /** Patterns of topics that it may subscribe to. */
  readonly subscribe: readonly string[] | undefined;
  /** Patterns of topics that it may request. */
  readonly request: readonly string[] | undefined;
  /** Patterns of topics that it may handle. */
  readonly handle: readonly string[] | undefined;
  /**
   * Names of groups that its subscriptions may join; `PREFIX*` includes all
   * with that prefix.
   */
  readonly groups: readonly string[] | undefined;
}

/** Limits of an isolated module: `[module.<id>.limits]` or the defaults. */
export interface ModuleLimits {
  /** Resident memory in bytes (256 MiB). It applies to separate processes. */
  readonly memory: number;
  /** Deadline of a start in milliseconds (10,000). */
  readonly startDeadline: number;
  /** Publishes per second; 0 disables the limit (0). */
  readonly publishRate: number;
  /** Maximum length of a message in bytes (1 MiB). */
  readonly messageSize: number;
  /** Maximum interval between two signs of life in milliseconds (3,000). */
  readonly heartbeat: number;
}

/** Configuration of a bus. */
export interface BusConfig extends CodeSource, IsolationConfig {
  /** Id in `[message-bus.<id>]`. */
  readonly id: string;
  /** Class of the bus. */
  readonly className: string;
  /** Path: `["message-bus", id]`. */
  readonly path: readonly string[];
  /** Keys of its class. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Buses that carry the topics of a pattern. */
export interface RouteConfig {
  /** Pattern of topics. */
  readonly pattern: string;
  /** Ids of configured buses, at least one. */
  readonly buses: readonly string[];
}

/** Place in a configuration. */
export interface Place {
  /**
   * Path of a file, another URL without secrets, `<config>`, or `environment
   * NAME` for a variable.
   */
  readonly source: string;
  /** Line, from 1; undefined for a source without lines. */
  readonly line: number | undefined;
  /** Column, from 1. */
  readonly column: number | undefined;
}

/** One problem or notice of a configuration. */
export interface ConfigProblem {
  /** Dotted key. */
  readonly key: string;
  /** Place of the key. */
  readonly place: Place | undefined;
  /** Message with what was found and what is wanted. */
  readonly message: string;
  /** Suggested remedy. */
  readonly hint: string | undefined;
}
