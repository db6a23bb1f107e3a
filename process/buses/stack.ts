import type { Log, MessageBus, Topics } from "@caryatid/sdk";
import { DeclaredBus } from "@caryatid/sdk/internal/host";
import type { ModuleTracer } from "@caryatid/sdk/internal/tracing";
import type { ModuleConfig, ProcessConfig } from "../config/process_config.ts";

/** Tracing of a process, as far as its buses use it. */
export interface BusTracing {
  /** Wraps a bus to trace the calls of one module. */
  watch(id: string, inner: MessageBus): MessageBus;
  /** Returns the tracer for the deliveries of one module. */
  forModule(options: {
    readonly module: string;
    readonly external: boolean;
    readonly isolated: boolean;
  }): ModuleTracer;
}

/** Options of {@linkcode BusStack}. */
export interface BusStackOptions {
  /** Bus that all modules share; it finds the bus of each topic. */
  readonly routingBus: MessageBus;
  /**
   * Wraps a bus to count the calls of one module, if the configuration has a
   * `[monitor]`.
   */
  readonly monitor:
    | { watch(id: string, inner: MessageBus): MessageBus }
    | undefined;
  /** Traces calls and deliveries, if the configuration has a `[tracing]`. */
  readonly tracing?: BusTracing | undefined;
  /** Returns the log of a module. */
  readonly log: (id: string) => Log;
}

/**
 * Stacks the layers between a module and the buses of its process.
 *
 * A layer that is not configured is absent, and its code is not loaded.
 */
export class BusStack {
  readonly #options: BusStackOptions;
  /**
   * Warnings by the id of the module, so that a restarted or swapped module is
   * not warned again.
   */
  readonly #warnings = new Map<string, UndeclaredTopicWarnings>();

  /** Wraps nothing yet. */
  constructor(options: BusStackOptions) {
    this.#options = options;
  }

  /**
   * Returns the bus of the program around the modules, which may use every
   * topic.
   */
  forProgram(): MessageBus {
    return this.#watchedBus(this.#options.routingBus, "process");
  }

  /**
   * Returns the tracer for the deliveries of a module, if the process traces.
   */
  tracer(
    { id, isolation }: Pick<ModuleConfig, "id" | "isolation">,
  ): ModuleTracer | undefined {
    const { routingBus, tracing } = this.#options;
    return tracing?.forModule({
      module: id,
      external: routingBus.abilities.external,
      isolated: isolation !== "none",
    });
  }

  /**
   * Returns the bus of a module that declares `topics`. A call passes the
   * layers from the outermost to the innermost.
   */
  async forModule(
    module: ModuleConfig,
    topics: Topics | undefined,
    config: Pick<ProcessConfig, "place">,
  ): Promise<MessageBus> {
    const { routingBus } = this.#options;
    return this.#declaredBus(
      await rightsBus(
        this.#watchedBus(
          routingBus,
          module.id,
        ),
        module,
        config,
      ),
      module.id,
      topics,
    );
  }

  #declaredBus(
    inner: MessageBus,
    id: string,
    topics: Topics | undefined,
  ): MessageBus {
    if (topics === undefined) return inner;
    const warnings = this.#warnings.get(id) ??
      new UndeclaredTopicWarnings(this.#options.log(id));
    this.#warnings.set(id, warnings);
    return new DeclaredBus(inner, topics, (use, topic) => {
      warnings.warn(use, topic);
      return undefined;
    });
  }

  /** Wraps `inner` in the layers that observe the calls of a module. */
  #watchedBus(inner: MessageBus, id: string): MessageBus {
    const { monitor, tracing } = this.#options;
    const counted = monitor?.watch(id, inner) ?? inner;
    return tracing?.watch(id, counted) ?? counted;
  }
}

async function rightsBus(
  inner: MessageBus,
  module: ModuleConfig,
  config: Pick<ProcessConfig, "place">,
): Promise<MessageBus> {
  if (module.isolation === "none" && !module.permissions) return inner;
  const { restrictTopics } = await import("../rights/rights_bus.ts");
  return await restrictTopics(inner, module, config);
}

/**
 * Maximum number of warnings for each use: a module that invents topics would
 * fill the log.
 */
const MAX_WARNINGS = 100;

const USES: Readonly<Record<keyof Topics, string>> = {
  publish: "publishes on",
  subscribe: "subscribes to",
  request: "requests on",
  handle: "handles",
  groups: "joins the group",
};

/**
 * Warnings about topics and groups that one module uses and does not declare.
 * Each of them is logged once.
 */
export class UndeclaredTopicWarnings {
  readonly #log: Log;
  readonly #warned = new Map<keyof Topics, Set<string>>();

  /** Writes to `log`, which is the module's. */
  constructor(log: Log) {
    this.#log = log;
  }

  /** Logs the topic unless it was logged before, or 100 others were. */
  warn(use: keyof Topics, topic: string): void {
    const warned = this.#warned.get(use) ?? new Set();
    this.#warned.set(use, warned);
    if (warned.size >= MAX_WARNINGS || warned.has(topic)) return;
    warned.add(topic);
    this.#log.warn(
      `the module ${USES[use]} {topic}, which it does not declare ` +
        `(add it to topics.${use} of its definition){last}`,
      {
        topic: JSON.stringify(topic),
        last: warned.size < MAX_WARNINGS
          ? ""
          : "; no further undeclared topics of this use are logged",
      },
    );
  }
}
