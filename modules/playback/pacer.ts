import type { Clock } from "@caryatid/sdk";

/** A timer takes no more milliseconds. */
const LONGEST_SLEEP = 2 ** 31 - 1;

/**
 * Says how long to wait until a message is due. What is late is caught up with; a clock that jumps, here or in the recording, costs
 * no more than the pause that it makes.
 */
export class Pacer {
  readonly #speed: number;
  readonly #longestPause: number;
  readonly #clock: Clock;
  /** The recorded time of the message before. */
  #time: number | undefined;
  /** When that was due, by the clock. */
  #due = 0;

  /** `speed` is how many seconds of the recording one second takes; `longestPause` is in milliseconds of the replay. */
  constructor(speed: number, longestPause: number, clock: Clock) {
    this.#speed = speed;
    this.#longestPause = longestPause;
    this.#clock = clock;
  }

  /** Milliseconds from now until a message is due that was recorded at `time`; 0 or less if it is. */
  wait(time: number): number {
    const before = this.#time;
    this.#time = time;
    // Most have the time of the one before; without asking the clock a replay goes twice as fast.
    if (time === before) return 0;
    const now = this.#clock.now();
    if (before === undefined) {
      this.#due = now;
      return 0;
    }
    const gap = Math.min(
      Math.max(0, time - before) / this.#speed,
      this.#longestPause,
    );
    this.#due += gap;
    const wait = this.#due - now;
    if (wait <= gap) return wait;
    // It was set back: else the replay would stand still for as long.
    this.#due = now + gap;
    return gap;
  }

  /** Waits, however long. Rejects with `ABORTED` when the clock does. */
  async sleep(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= LONGEST_SLEEP) {
      await this.#clock.sleep(Math.min(left, LONGEST_SLEEP));
    }
  }
}
