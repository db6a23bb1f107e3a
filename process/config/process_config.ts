import type { NamedProcess } from "./processes.ts";

export type { NamedProcess };

/** How much is logged: this level and those after it. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** What happens when something that a module runs throws: the process ends, the module starts anew, or nothing. */
export type OnFailure = "fail" | "restart" | "ignore";

/** Where the code of a module runs: in the process itself, in a worker of it, or in a process of its own. */
export type Isolation = "none" | "worker" | "process";

/** A checked configuration: the process's own settings, and a section for each module and bus. */
export interface ProcessConfig {
  /** In file order: a module stands where the first file mentions it. */
  readonly modules: readonly ModuleConfig[];
  /** The processes that the file is divided into, in file order; none where it is for one. */
  readonly processes: readonly NamedProcess[];
  /** Which of them this is, with `modules` of its own only; undefined for all of the file. */
  readonly process: string | undefined;
  /** In file order. If none is configured: one in-memory bus called `memory`. */
  readonly buses: readonly BusConfig[];
  /** The first match wins. If none is configured, and there is one bus: `#` to it. */
  readonly routes: readonly RouteConfig[];
  /** How long a request waits for its answer, in milliseconds; above 0. */
  readonly requestTimeout: number;
  /** Where the startup message is published. */
  readonly startupTopic: string | undefined;
  /** The startup message. */
  readonly startupMessage: unknown;
  /** How long starting may take, in milliseconds; 0 is for ever. */
  readonly startDeadline: number;
  /** How long draining may take, in milliseconds. */
  readonly stopDeadline: number;
  /** What is logged, and in which form. */
  readonly log: LogConfig;
  /** The only hosts that code may come from: `host` or `host:port`. Undefined if `[import]` doesn't say. */
  readonly importHosts: readonly string[] | undefined;
  /** What is counted, if there is a `[monitor]`. */
  readonly monitor: MonitorConfig | undefined;
  /** What is accepted and has no effect, with what to use instead. */
  readonly notices: readonly Problem[];
  /**
   * Tells where a key stands, or the nearest table around it. The text is searched only when this is called.
   *
   * @param key names from the outside in; "0" is the first element of an array
   */
  place(key: readonly string[]): Promise<Place | undefined>;
}

/** What `[log]` says. */
export interface LogConfig {
  /** For all modules that `levels` doesn't name. */
  readonly level: LogLevel;
  /** Lines for a person, or an object for each record. */
  readonly format: "pretty" | "json";
  /** By module id. */
  readonly levels: Readonly<Record<string, LogLevel>>;
}

/** What `[monitor]` says. */
export interface MonitorConfig {
  /** The path of the file that is written anew each time. */
  readonly output: string | undefined;
  /** Where a snapshot is published each time. */
  readonly topic: string | undefined;
  /** Milliseconds from one time to the next. */
  readonly frequency: number;
}

/** The keys of a module or bus that are its own, not the process's. */
export interface Section {
  /** Where it stands, for example `["module", "clock"]`. */
  readonly path: readonly string[];
  /** The keys. Tables have no prototype, so that `constructor` is a key like any other. */
  readonly section: Readonly<Record<string, unknown>>;
  /** Those keys that come only from `[global]`; below the top level, their dotted path. */
  readonly globalKeys?: ReadonlySet<string>;
}

/** Where code comes from. */
export interface CodeSource {
  /** Where to load it from, if not by its class. */
  readonly import: string | undefined;
  /** The file that said `import`, for a relative one; undefined when that was text, an object or the environment. */
  readonly base: URL | undefined;
  /** The hash that the file must have: `sha256-…`; of one file only, not of what it imports. */
  readonly integrity: string | undefined;
}

/** A module to run. */
export interface ModuleConfig extends Section, CodeSource {
  /** What `[module.<id>]` calls it. */
  readonly id: string;
  /** The name of its definition. */
  readonly className: string;
  /** What to do when something that it runs throws. */
  readonly onFailure: OnFailure;
  /** Where its code runs. */
  readonly isolation: Isolation;
  /** What `[module.<id>.permissions]` grants, if it is there: then what the module asks for isn't granted by that alone. */
  readonly permissions: ModuleGrants | undefined;
  /** What it may use up where it is isolated. */
  readonly limits: ModuleLimits;
  /** Those keys of its section that come only from `[global]`. */
  readonly globalKeys: ReadonlySet<string>;
}

/** What `[module.<id>.permissions]` grants. A list that the file doesn't have is undefined. */
export interface ModuleGrants {
  /** Hosts: `host`, `host:port`, `[v6]:port`, `*.domain`, `10.0.0.0/8`. */
  readonly net: readonly string[] | undefined;
  /** Absolute paths of files and folders; a folder stands for all that lies in it. */
  readonly read: readonly string[] | undefined;
  /** Absolute paths of files and folders. */
  readonly write: readonly string[] | undefined;
  /** Names of environment variables; `PREFIX_*` stands for all that begin so. */
  readonly env: readonly string[] | undefined;
  /** Patterns of topics that it may publish on. */
  readonly publish: readonly string[] | undefined;
  /** Patterns of topics that it may hear. */
  readonly subscribe: readonly string[] | undefined;
  /** Patterns of topics that it may ask on. */
  readonly request: readonly string[] | undefined;
  /** Patterns of topics that it may answer. */
  readonly handle: readonly string[] | undefined;
}

/** What `[module.<id>.limits]` says, or stands by default: what an isolated module may use up. */
export interface ModuleLimits {
  /** Resident memory, in bytes (256 MiB). Holds for a process of its own. */
  readonly memory: number;
  /** How long starting may take, in milliseconds (10,000). */
  readonly startDeadline: number;
  /** Publishes in a second; 0 is as many as it likes (0). */
  readonly publishRate: number;
  /** The longest message, in bytes (1 MiB). */
  readonly messageSize: number;
  /** How long it may give no sign of life, in milliseconds (3,000). */
  readonly heartbeat: number;
}

/** A bus to open. */
export interface BusConfig extends CodeSource {
  /** What `[message-bus.<id>]` calls it. */
  readonly id: string;
  /** The kind of bus. */
  readonly className: string;
  /** Where it stands: `["message-bus", id]`. */
  readonly path: readonly string[];
  /** Its own keys. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Which buses carry the topics of a pattern. */
export interface RouteConfig {
  /** A pattern of topics. */
  readonly pattern: string;
  /** Ids of configured buses; at least one. */
  readonly buses: readonly string[];
}

/** Where something was written. */
export interface Place {
  /** A file's path, another URL without its secrets, `<config>`, or `environment CARYATID_…`. */
  readonly source: string;
  /** From 1; undefined where there are no lines. */
  readonly line: number | undefined;
  /** From 1. */
  readonly column: number | undefined;
}

/** One thing that is wrong in a configuration. */
export interface Problem {
  /** The dotted key. */
  readonly key: string;
  /** Where it stands. */
  readonly place: Place | undefined;
  /** What was found, and what is wanted. */
  readonly message: string;
  /** The next step. */
  readonly hint: string | undefined;
}
