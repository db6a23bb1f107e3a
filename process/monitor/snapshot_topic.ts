import type { Log, MessageBus } from "@caryatid/sdk";
import { FailureLog } from "./failure_log.ts";
import { buswatchForm } from "./buswatch_form.ts";
import type { MonitorSnapshot } from "./snapshot.ts";

/**
 * Topic of `[monitor] topic`. It never waits for subscribers: a snapshot that
 * finds no room is replaced by the next one.
 */
export class SnapshotTopic {
  /** Number of snapshots that were replaced, or rejected by the bus. */
  dropped = 0;
  readonly #bus: MessageBus;
  readonly #topic: string;
  readonly #failures: FailureLog;
  #waiting: AbortController | undefined;
  #stopped = false;

  /** Publishes nothing yet. */
  constructor(bus: MessageBus, topic: string, log: Log) {
    this.#bus = bus;
    this.#topic = topic;
    this.#failures = new FailureLog(log, `publish on "${topic}"`);
  }

  /**
   * Publishes a snapshot. Replaces one that still waits. Failures are logged.
   */
  publish(snapshot: MonitorSnapshot): void {
    this.#waiting?.abort("the one before still waits for room");
    this.#send(snapshot, this.#waiting = new AbortController());
  }

  /** Drops a snapshot that still waits. */
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
      this.#failures.succeeded();
    } catch (error) {
      if (this.#stopped) return;
      this.dropped++;
      this.#failures.failed(signal.aborted ? signal.reason : error);
    } finally {
      if (this.#waiting === controller) this.#waiting = undefined;
    }
  }
}
