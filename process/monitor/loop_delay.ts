import { clearTimeout, setTimeout } from "node:timers";

/** Time between two measurements, in milliseconds. */
const INTERVAL = 500;
/** Number of measurements that are remembered: those of ten seconds. */
const REMEMBERED = 20;

/**
 * Measures how late the event loop runs a timer. While it is running, it does
 * not keep the program alive.
 */
export class LoopDelay {
  readonly #delays: number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Longest delay of the last ten seconds, in milliseconds. */
  get longest(): number {
    return Math.max(0, ...this.#delays);
  }

  /** Begins to measure. */
  begin(): void {
    const due = performance.now() + INTERVAL;
    this.#timer = setTimeout(() => {
      this.#delays.push(performance.now() - due);
      if (this.#delays.length > REMEMBERED) this.#delays.shift();
      this.begin();
    }, INTERVAL);
    this.#timer.unref();
  }

  /** Stops. Harmless twice. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
