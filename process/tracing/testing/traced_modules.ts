import type { Log, MessageBus, SpanRecord } from "@caryatid/sdk";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { ModuleContext } from "@caryatid/sdk/internal/host";
import { ModuleTracing } from "../module_tracing.ts";
import { TracedBus } from "../traced_bus.ts";
import { Tracer } from "../tracer.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Options of {@linkcode TracedModules}. */
export interface TracedModulesOptions {
  /** Share of messages that begin a trace (1). */
  readonly sample?: number;
  /** Topic that is never traced. */
  readonly topic?: string;
  /** Bus that the modules share (in memory). */
  readonly bus?: MessageBus;
}

/** Contexts of modules that are traced, and the spans that they finished. */
export class TracedModules implements AsyncDisposable {
  readonly spans: SpanRecord[] = [];
  readonly #tracer: Tracer;
  readonly #bus: MessageBus;
  readonly #contexts: ModuleContext[] = [];

  constructor(
    { sample = 1, topic, bus = new InMemoryBus() }: TracedModulesOptions = {},
  ) {
    this.#bus = bus;
    this.#tracer = new Tracer({
      sample,
      tracesPerSecond: Infinity,
      topic,
      finish: (record) => this.spans.push(record),
    });
  }

  /** Returns the context of a new module, whose tasks begin at once. */
  module(id: string, options: { readonly keep?: boolean } = {}): ModuleContext {
    const { external } = this.#bus.abilities;
    const context = new ModuleContext({
      id,
      bus: new TracedBus(this.#bus, id, this.#tracer),
      tracing: new ModuleTracing(this.#tracer, {
        module: id,
        external,
        isolated: false,
      }),
      log: silent,
      ...options,
    });
    context.begin();
    this.#contexts.push(context);
    return context;
  }

  /** Returns `<module> <name>` of each span with those of its causes. */
  paths(): string[] {
    return this.spans.map((span) => this.#path(span)).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const context of this.#contexts) await context.close();
    await this.#bus.close();
  }

  #path(span: SpanRecord): string {
    const name = `${span.module}: ${span.name}`;
    const parent = this.spans.find(({ spanId }) => spanId === span.parentId);
    if (span.parentId === undefined) return name;
    return `${parent ? this.#path(parent) : "unknown"} > ${name}`;
  }
}
