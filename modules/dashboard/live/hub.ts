import type { Context, Subscription } from "@caryatid/sdk";
import {
  findChains,
  ProcessViews,
  prometheusText,
  type SnapshotMessage,
} from "@caryatid/process/internal/snapshots";
import type { DashboardConfig } from "../config.ts";
import { FlowGraph } from "../graph/flow_graph.ts";
import { TraceStore } from "../traces/trace_store.ts";
import { eventBytes, OpenPage } from "./open_page.ts";
import { pageState } from "./page_state.ts";
import { Tail } from "./tail.ts";

/** Interval of the states and of the batches of a tail, in milliseconds. */
const STATE_INTERVAL = 500;
const TAIL_INTERVAL = 250;

/** Wishes of a page. */
export interface PageOptions {
  /** Pattern of its tail. */
  readonly tail: string | undefined;
  /** Text that topic or payload must contain. */
  readonly filter: string;
}

/**
 * Collects snapshots and spans, and sends the state to all open pages. Without
 * an open page it computes nothing.
 */
export class Hub {
  /** Traces of the last minutes. */
  readonly traces: TraceStore;
  readonly #context: Context;
  readonly #config: DashboardConfig;
  readonly #bus = new ProcessViews();
  readonly #graph = new FlowGraph();
  readonly #pages = new Set<OpenPage>();
  #opened: (() => void) | undefined;

  /** Subscribes to the topics. */
  constructor(context: Context, config: DashboardConfig) {
    this.#context = context;
    this.#config = config;
    this.traces = new TraceStore(context.id);
    const { topic, "spans-topic": spans } = config;
    this.#collect(topic, (message) => this.#bus.take(message));
    this.#collect(spans, (message) => this.traces.take(message));
  }

  /** Returns the processes that have reported lately. */
  processes(): readonly { readonly id: string; readonly name: string }[] {
    return this.#bus.processes();
  }

  /** Returns the metrics of all processes in the text format of Prometheus. */
  metrics(): string {
    const messages = this.#bus.messages() as SnapshotMessage[];
    return prometheusText(messages.filter(isReadable));
  }

  /**
   * Opens the stream of a page. Returns undefined if `max-pages` are open.
   *
   * @throws {CaryatidError} `INVALID_TOPIC` or `FORBIDDEN` for its tail
   */
  open({ tail, filter }: PageOptions): ReadableStream<Uint8Array> | undefined {
    if (this.#pages.size >= this.#config["max-pages"]) return undefined;
    const page: OpenPage = new OpenPage(
      tail === undefined ? undefined : new Tail(this.#context, tail, filter),
      () => this.#pages.delete(page),
    );
    this.#pages.add(page);
    page.offer(this.#state());
    this.#opened?.();
    return page.stream;
  }

  /** Serves the open pages until the module stops. */
  async run(): Promise<void> {
    const { signal } = this.#context;
    signal.addEventListener("abort", () => this.#opened?.(), { once: true });
    for (let tick = 1; !signal.aborted; tick++) {
      if (this.#pages.size === 0) {
        await new Promise<void>((resolve) => this.#opened = resolve);
        continue;
      }
      // an abort ends the loop
      await this.#context.clock.sleep(TAIL_INTERVAL, signal).catch(() => {});
      if (tick % (STATE_INTERVAL / TAIL_INTERVAL) === 0) {
        const state = this.#state();
        for (const page of this.#pages) page.offer(state);
      }
      for (const page of this.#pages) page.takeTail();
    }
    for (const page of this.#pages) page.close();
  }

  #state(): Uint8Array {
    const processes = this.#bus.processes();
    const chains = findChains(processes);
    const graph = this.#graph.draw(processes, chains);
    return eventBytes("state", {
      ...pageState(processes, chains),
      graph,
      traces: this.traces.summary(),
      allow: this.#config.allow,
      id: this.#context.id,
    });
  }

  #collect(pattern: string, take: (message: unknown) => void): void {
    const subscription: Subscription = this.#context.subscribe(pattern, {
      overflow: "drop-oldest",
    });
    this.#context.run(async () => {
      for await (const { message } of subscription) take(message);
    });
  }
}

/** Any program can publish on the topic: one message must not hide others. */
function isReadable(message: SnapshotMessage): boolean {
  try {
    prometheusText([message]);
    return true;
  } catch {
    return false;
  }
}
