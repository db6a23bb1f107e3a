import type { Clock, MessageBus, TopicSchemas } from "@caryatid/sdk";
import type { SwappingFactory } from "@caryatid/sdk/internal/host/swapping";
import type { BusTracing } from "../buses/stack.ts";
import type { ConfigProblem, ProcessConfig } from "../config/process_config.ts";
import type { Registry } from "../loading/registry.ts";
import type { Monitor } from "../monitor/monitor.ts";
import type { ProcessSources } from "../monitor/process_state.ts";
import type { Logging } from "./logging.ts";

/** A monitor as the lifecycle of its process uses it. */
export interface RunningMonitor extends Monitor {
  /** Wraps a bus to count the calls of one module. */
  watch(id: string, inner: MessageBus): MessageBus;
  /** Returns the metrics in the text format of Prometheus. */
  metrics(): Promise<string>;
  /** Adds a typed topic that a module subscribes to or handles. */
  addTopic(
    module: string,
    use: "subscribe" | "handle",
    topic: TopicSchemas,
  ): void;
  /** Checks the permissions for the output. */
  check(): void;
  /** Begins to report. */
  begin(sources: ProcessSources): void;
  /** Reports for the last time. */
  stop(): Promise<void>;
}

/** Tracing as the lifecycle of its process uses it. */
export interface RunningTracing extends BusTracing {
  /** Publishes the last spans. */
  stop(): Promise<void>;
}

/** Parts that a process is put together from, before it starts. */
export interface LifecycleParts {
  readonly config: ProcessConfig;
  readonly registry: Registry;
  readonly logging: Logging;
  readonly bus: MessageBus;
  /** Notices about the configuration of buses. */
  readonly notices: readonly ConfigProblem[];
  /** Resolves with the reason if a bus ends by itself. */
  readonly busFailure: Promise<unknown>;
  readonly clock: Clock | undefined;
  /** Present if the configuration has a `[monitor]`. */
  readonly monitor: RunningMonitor | undefined;
  /** Present if the configuration has a `[tracing]`. */
  readonly tracing: RunningTracing | undefined;
  /** Present if the code of modules can be swapped. */
  readonly swapping: SwappingFactory | undefined;
  /**
   * True if the program holds the process, so that a module can call its
   * `stop`.
   */
  readonly isHeld: boolean;
}
