import type { Clock, Log, MessageBus, SpanRecord } from "@caryatid/sdk";
import { systemClock } from "@caryatid/sdk/internal/host";
import {
  activeContext,
  type TraceContext,
} from "@caryatid/sdk/internal/tracing";
import type { TracingConfig } from "../config/process_config.ts";
import { ModuleTracing, type ModuleTracingOptions } from "./module_tracing.ts";
import { SpanTopic } from "./span_topic.ts";
import { TracedBus } from "./traced_bus.ts";
import { Tracer } from "./tracer.ts";

/** Options of {@linkcode ProcessTracing}. */
export interface ProcessTracingOptions {
  readonly config: TracingConfig;
  /** Bus of the process, on which spans are published. */
  readonly bus: MessageBus;
  /** Name of the process in batches of spans. */
  readonly process: string;
  readonly log: Log;
  /** Clock of the process, if it is not the system clock. */
  readonly clock: Clock | undefined;
}

/** Tracing of a process whose configuration has a `[tracing]`. */
export class ProcessTracing {
  readonly #tracer: Tracer;
  readonly #topic: SpanTopic | undefined;

  /** Traces nothing yet. */
  constructor({ config, bus, process, log, clock }: ProcessTracingOptions) {
    const { sample, tracesPerSecond, topic } = config;
    if (topic !== undefined) {
      this.#topic = new SpanTopic({
        bus,
        topic,
        process,
        clock: clock ?? systemClock,
        log,
        takeSkipped: () => this.#tracer.takeSkipped(),
      });
    }
    const spans = this.#topic;
    const finish = spans && ((record: SpanRecord) => spans.add(record));
    this.#tracer = new Tracer({
      sample,
      tracesPerSecond,
      topic,
      finish,
      onLimit: () =>
        log.warn(
          "the process begins {count} traces per second and skips others",
          { count: tracesPerSecond },
        ),
    });
  }

  /** Wraps `inner` to trace the calls of the module of that id. */
  watch(id: string, inner: MessageBus): MessageBus {
    return new TracedBus(inner, id, this.#tracer);
  }

  /** Returns the tracer for the deliveries of a module. */
  forModule(options: ModuleTracingOptions): ModuleTracing {
    return new ModuleTracing(this.#tracer, options);
  }

  /** Returns the position in a trace of the code that calls, if sampled. */
  active(): TraceContext | undefined {
    const active = activeContext();
    return active?.sampled ? active : undefined;
  }

  /** Publishes the last spans. */
  async stop(): Promise<void> {
    await this.#topic?.stop();
  }
}
