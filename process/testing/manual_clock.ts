import type { Clock } from "@caryatid/sdk";

/** A clock that stands still; sleepers are shown, and woken by hand. */
export class ManualClock implements Clock {
  time = 0;
  /** How far somebody has set the time of day ahead. */
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

  /** Wakes the next sleeper, once there is one, and says how long it meant to sleep. */
  async wake(): Promise<number> {
    while (this.#sleepers.length === 0) {
      await new Promise<void>((resolve) => this.#watcher = resolve);
    }
    const { milliseconds, wake } = this.#sleepers.shift()!;
    this.time += milliseconds;
    wake();
    return milliseconds;
  }
}
