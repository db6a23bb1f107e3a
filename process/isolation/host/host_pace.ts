/**
 * Work of frames after which the event loop rests, in milliseconds. Deno looks
 * for I/O when its loop has nothing to do, and else only once in 61 turns:
 * other guests and connections would wait for half a second.
 */
const MAX_WORK = 16;
/**
 * Work after which the loop does not rest if it took no more than this part of
 * the time: then the loop had nothing to do in between.
 */
const BUSY_PART = 1 / 2;

/** Options of {@linkcode HostPace}. */
export interface HostPaceOptions {
  /** Returns milliseconds of a monotonic clock. */
  readonly now?: () => number;
  /** Resolves when the event loop has looked for I/O. */
  readonly sleep?: () => Promise<void>;
}

/**
 * Makes the event loop of a host rest when the frames of its guests keep it
 * busy.
 */
export class HostPace {
  readonly #now: () => number;
  readonly #sleep: () => Promise<void>;
  #work = 0;
  #since: number;
  #resting: Promise<void> | undefined;

  /** Starts with a rested event loop. */
  constructor(
    { now = () => performance.now(), sleep = timer }: HostPaceOptions = {},
  ) {
    this.#now = now;
    this.#sleep = sleep;
    this.#since = now();
  }

  /**
   * Counts `time` milliseconds of work. Returns a promise if further frames
   * must wait for a rest.
   */
  spend(time: number): Promise<void> | undefined {
    this.#work += time;
    if (this.#resting || this.#work < MAX_WORK) return this.#resting;
    const passed = this.#now() - this.#since;
    const busy = this.#work > BUSY_PART * passed;
    if (busy) return this.#resting = this.#rest();
    this.#begin();
  }

  async #rest(): Promise<void> {
    await this.#sleep();
    this.#resting = undefined;
    this.#begin();
  }

  #begin(): void {
    this.#work = 0;
    this.#since = this.#now();
  }
}

/** A timer is the only wait that leaves the event loop without work. */
function timer(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
