import type { Clock } from "@caryatid/sdk";

/** Clock that stands still. A test sees sleepers and wakes them. */
export class ManualClock implements Clock {
  time = 0;
  /** Milliseconds by which the time of day is set ahead. */
  ahead = 0;
  readonly #sleepers: { milliseconds: number; wake: () => void }[] = [];
  #watcher: (() => void) | undefined;

  now(): number {
    return this.time + this.ahead;
  }

  monotonic(): number {
    return this.time;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      this.#sleepers.push({ milliseconds, wake: resolve });
      this.#watcher?.();
    });
  }

  /** Resolves once a task sleeps. */
  async waits(): Promise<void> {
    while (this.#sleepers.length === 0) {
      await new Promise<void>((resolve) => this.#watcher = resolve);
    }
  }

  /** Wakes the next sleeper and returns the time that it wanted to sleep. */
  async wake(): Promise<number> {
    await this.waits();
    const { milliseconds, wake } = this.#sleepers.shift()!;
    this.time += milliseconds;
    wake();
    return milliseconds;
  }
}
