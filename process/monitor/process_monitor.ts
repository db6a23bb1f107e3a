import type { Clock, Log, MessageBus } from "@caryatid/sdk";
import { systemClock } from "@caryatid/sdk/host";
import type { MonitorConfig } from "../config/process_config.ts";
import { ModuleMonitor } from "./module_monitor.ts";
import type { Monitor } from "./monitor.ts";
import type { MonitorSnapshot } from "./snapshot.ts";
import { SnapshotFile } from "./snapshot_file.ts";
import { SnapshotTopic } from "./snapshot_topic.ts";

/** What a {@linkcode ProcessMonitor} is made of. */
export interface ProcessMonitorOptions {
  readonly config: MonitorConfig;
  /** That of the process, which nobody watches. */
  readonly bus: MessageBus;
  readonly log: Log;
  /** The machine's unless the process has one of its own. */
  readonly clock: Clock | undefined;
}

/** The monitor of a process whose configuration has a `[monitor]`: counts, writes the file, publishes on the topic. */
export class ProcessMonitor implements Monitor {
  readonly enabled = true;
  readonly #modules: ModuleMonitor;
  readonly #bus: MessageBus;
  readonly #clock: Clock;
  readonly #frequency: number;
  readonly #file: SnapshotFile | undefined;
  readonly #topic: SnapshotTopic | undefined;
  readonly #stopping = new AbortController();
  #reporting: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** Nothing is counted or written yet. */
  constructor({ config, bus, log, clock }: ProcessMonitorOptions) {
    const { output, topic, frequency } = config;
    this.#modules = new ModuleMonitor(clock);
    this.#bus = bus;
    this.#clock = clock ?? systemClock;
    this.#frequency = frequency;
    if (output !== undefined) this.#file = new SnapshotFile(output, log);
    if (topic !== undefined) this.#topic = new SnapshotTopic(bus, topic, log);
  }

  get dropped(): number {
    return this.#topic?.dropped ?? 0;
  }

  snapshot(): MonitorSnapshot {
    return this.#modules.snapshot();
  }

  /** The bus for the module of that id. */
  watch(id: string): MessageBus {
    return this.#modules.watch(id, this.#bus);
  }

  /**
   * Says what it may not do.
   *
   * @throws {CaryatidError} `PERMISSION_DENIED`
   */
  check(): void {
    this.#file?.check();
  }

  /** Begins to write and to publish: now, and then at its frequency. */
  begin(): void {
    if (this.#file || this.#topic) this.#reporting = this.#report();
  }

  /** Ends that, and writes the file a last time. Harmless twice. */
  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  async #report(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const snapshot = this.snapshot();
      this.#topic?.publish(snapshot);
      this.#file?.write(snapshot);
      // It rejects when this is stopped, with nothing to tell.
      await this.#clock.sleep(this.#frequency, signal).catch(() => {});
    }
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#topic?.stop();
    if (this.#reporting === undefined) return;
    await this.#reporting;
    await this.#file?.write(this.snapshot());
  }
}
