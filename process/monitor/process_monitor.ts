import {
  CaryatidError,
  type Clock,
  type Log,
  type MessageBus,
  type TopicSchemas,
} from "@caryatid/sdk";
import { systemClock } from "@caryatid/sdk/internal/host";
import type { MonitorConfig } from "../config/process_config.ts";
import { buswatchForm } from "./buswatch_form.ts";
import type { ExportedMetrics } from "./exported_metrics.ts";
import { LoopDelay } from "./loop_delay.ts";
import { ModuleMonitor } from "./module_monitor.ts";
import type { Monitor } from "./monitor.ts";
import {
  type ModuleOperations,
  OperatorRequests,
} from "./operator_requests.ts";
import { PauseGates } from "./pause_gates.ts";
import { type ProcessSources, ProcessState } from "./process_state.ts";
import type { MonitorSnapshot } from "./snapshot.ts";
import { SnapshotFile } from "./snapshot_file.ts";
import { SnapshotTopic } from "./snapshot_topic.ts";
import { TypedTopics } from "./typed_topics.ts";

/** Options of {@linkcode ProcessMonitor}. */
export interface ProcessMonitorOptions {
  readonly config: MonitorConfig;
  /** Bus of the process, on which snapshots are published. */
  readonly bus: MessageBus;
  readonly log: Log;
  /** Clock of the process, if it is not the system clock. */
  readonly clock: Clock | undefined;
}

/**
 * Monitor of a process whose configuration has a `[monitor]`. It counts, writes
 * the file, and publishes on the topic.
 */
export class ProcessMonitor implements Monitor {
  readonly enabled = true;
  readonly #options: ProcessMonitorOptions;
  readonly #modules: ModuleMonitor;
  readonly #file: SnapshotFile | undefined;
  readonly #topic: SnapshotTopic | undefined;
  readonly #stopping = new AbortController();
  readonly #delay = new LoopDelay();
  readonly #typed = new TypedTopics();
  readonly #gates: PauseGates | undefined;
  #requests: OperatorRequests | undefined;
  #exported: Promise<ExportedMetrics> | undefined;
  #state: ProcessState | undefined;
  #reporting: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** Counts and writes nothing yet. */
  constructor(options: ProcessMonitorOptions) {
    this.#options = options;
    const { bus, log, clock } = options;
    const { output, topic, control } = options.config;
    this.#modules = new ModuleMonitor(clock);
    if (control.includes("pause")) this.#gates = new PauseGates();
    if (output !== undefined) this.#file = new SnapshotFile(output, log);
    if (topic !== undefined) this.#topic = new SnapshotTopic(bus, topic, log);
  }

  get dropped(): number {
    return this.#topic?.dropped ?? 0;
  }

  snapshot(): MonitorSnapshot {
    return { ...this.#modules.snapshot(), process: this.#state?.read() };
  }

  /** Returns the metrics in the text format of Prometheus. */
  async metrics(): Promise<string> {
    const { prometheusText } = await import("../snapshots/prometheus_text.ts");
    return prometheusText([buswatchForm(this.snapshot())]);
  }

  /** Wraps `inner` to count the calls of the module of that id. */
  watch(id: string, inner: MessageBus): MessageBus {
    const counted = this.#modules.watch(id, inner);
    return this.#gates?.wrap(id, counted) ?? counted;
  }

  /** Adds a typed topic that a module receives, for `describe`. */
  addTopic(
    module: string,
    use: "subscribe" | "handle",
    topic: TopicSchemas,
  ): void {
    this.#typed.add(module, use, topic);
  }

  /**
   * Checks the permissions to write the file.
   *
   * @throws {CaryatidError} `PERMISSION_DENIED`
   */
  check(): void {
    this.#file?.check();
  }

  /**
   * Writes and publishes a snapshot now, and then at its frequency. From now on
   * snapshots contain the state of the process.
   */
  begin(sources: ProcessSources): void {
    const { config } = this.#options;
    const gates = this.#gates;
    const state = this.#state = new ProcessState(sources, {
      loopDelay: () => this.#delay.longest,
      isPaused: (id) => gates?.get(id)?.paused ?? false,
    });
    sources.stopping.addEventListener("abort", () => gates?.resumeAll(), {
      once: true,
    });
    this.#takeRequests(state.id, sources);
    this.#delay.begin();
    if (config.openTelemetry) this.#exported = this.#export();
    if (this.#file || this.#topic) this.#reporting = this.#report();
  }

  /** Stops, and writes the file a last time. Harmless twice. */
  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  #takeRequests(process: string, { restart, swap }: ProcessSources): void {
    const { bus, log, config } = this.#options;
    const { control: allowed } = config;
    if (allowed.length === 0 && config.topic === undefined) return;
    const operations: ModuleOperations = {
      pause: (id) => this.#turn("pause", id),
      resume: (id) => this.#turn("resume", id),
      restart,
      swap,
    };
    this.#requests = new OperatorRequests({
      bus,
      process,
      allowed,
      operations,
      describe: () => this.#typed.describe(),
      log,
    });
  }

  /** Pauses or resumes a module. */
  #turn(action: "pause" | "resume", id: string): { paused: boolean } {
    const gate = this.#gates?.get(id);
    if (gate === undefined) {
      throw new CaryatidError(
        "INVALID_OPTION",
        `Cannot ${action} module "${id}": found no such module`,
      );
    }
    gate[action]();
    return { paused: gate.paused };
  }

  async #export(): Promise<ExportedMetrics> {
    const { ExportedMetrics } = await import("./exported_metrics.ts");
    return new ExportedMetrics(() => buswatchForm(this.snapshot()));
  }

  async #report(): Promise<void> {
    const { config, clock = systemClock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const snapshot = this.snapshot();
      this.#topic?.publish(snapshot);
      this.#file?.write(snapshot);
      // Rejects when the monitor is stopped.
      await clock.sleep(config.frequency, signal).catch(() => {});
    }
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#delay.stop();
    (await this.#exported)?.stop();
    this.#topic?.stop();
    this.#gates?.resumeAll();
    await this.#requests?.close();
    if (this.#reporting === undefined) return;
    await this.#reporting;
    await this.#file?.write(this.snapshot());
  }
}
