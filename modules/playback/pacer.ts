import type { Clock } from "@caryatid/sdk";

/** Maximum delay of a timer, in milliseconds. */
const MAX_SLEEP = 2 ** 31 - 1;

/**
 * Computes the delay until a message is due. Delays are caught up. If a clock
 * jumps, here or in the recording, only one pause is affected.
 */
export class Pacer {
  readonly #speed: number;
  readonly #maxPause: number;
  readonly #clock: Clock;
  /** Recorded time of the previous message. */
  #time: number | undefined;
  /** Time at which that message was due, by the clock. */
  #due = 0;

  /**
   * `speed` is the number of recorded seconds per second; `maxPause` is in
   * milliseconds of the replay.
   */
  constructor(speed: number, maxPause: number, clock: Clock) {
    this.#speed = speed;
    this.#maxPause = maxPause;
    this.#clock = clock;
  }

  /**
   * Returns the milliseconds until a message recorded at `time` is due; 0 or
   * less if it is due.
   */
  wait(time: number): number {
    const before = this.#time;
    this.#time = time;
    // Most messages have the time of the previous one; skipping the clock
    // doubles the rate of a replay.
    if (time === before) return 0;
    const now = this.#clock.now();
    if (before === undefined) {
      this.#due = now;
      return 0;
    }
    const gap = Math.min(
      Math.max(0, time - before) / this.#speed,
      this.#maxPause,
    );
    this.#due += gap;
    const wait = this.#due - now;
    if (wait <= gap) return wait;
    // The clock was set back: waiting for it would stop the replay for as long.
    this.#due = now + gap;
    return gap;
  }

  /**
   * Waits for any number of milliseconds. Rejects with `ABORTED` when the clock
   * does.
   */
  async sleep(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= MAX_SLEEP) {
      await this.#clock.sleep(Math.min(left, MAX_SLEEP));
    }
  }
}
