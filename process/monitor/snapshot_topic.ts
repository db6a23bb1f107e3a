import type { Log, MessageBus } from "@caryatid/sdk";
import { Bursts } from "./bursts.ts";
import { buswatchForm } from "./buswatch_form.ts";
import type { MonitorSnapshot } from "./snapshot.ts";

/** The topic of `[monitor] topic`. Nothing waits for its subscribers: a snapshot that finds no room gives way to the next one. */
export class SnapshotTopic {
  /** Snapshots that gave way, or that the bus refused. */
  dropped = 0;
  readonly #bus: MessageBus;
  readonly #topic: string;
  readonly #bursts: Bursts;
  #waiting: AbortController | undefined;
  #stopped = false;

  /** Nothing is published yet. */
  constructor(bus: MessageBus, topic: string, log: Log) {
    this.#bus = bus;
    this.#topic = topic;
    this.#bursts = new Bursts(log, `publish on "${topic}"`);
  }

  /** Publishes it in the place of one that still waits; what fails is logged. */
  publish(snapshot: MonitorSnapshot): void {
    this.#waiting?.abort("the one before still waits for room");
    this.#send(snapshot, this.#waiting = new AbortController());
  }

  /** Gives up the one that waits. */
  stop(): void {
    this.#stopped = true;
    this.#waiting?.abort();
  }

  async #send(
    snapshot: MonitorSnapshot,
    controller: AbortController,
  ): Promise<void> {
    const { signal } = controller;
    try {
      const message = buswatchForm(snapshot);
      await this.#bus.publish(this.#topic, message, { signal });
      this.#bursts.done();
    } catch (error) {
      if (this.#stopped) return;
      this.dropped++;
      this.#bursts.failed(signal.aborted ? signal.reason : error);
    } finally {
      if (this.#waiting === controller) this.#waiting = undefined;
    }
  }
}
