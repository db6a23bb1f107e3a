import type { Log } from "@caryatid/sdk";
import type { Trouble } from "./failures.ts";

/** In milliseconds. The longest wait bounds how late a broker that came back is noticed. */
const FIRST = 100;
const LONGEST = 1_500;
/** How often a broker that stays away is told, in milliseconds. */
const REMIND_EVERY = 60_000;

/** One wait: who waits, and what ends it. */
interface Step {
  readonly leave: Set<() => void>;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * The waits between tries to connect, which get longer. The connections of a bus share them: who fails while another one waits,
 * waits with it. So a broker that is away is told once for each step, and not once for each connection.
 */
export class BackOff {
  readonly #log: Log;
  #tries = 0;
  #step: Step | undefined;
  #toldAt = -Infinity;
  #away = false;

  /** Nobody waits yet. */
  constructor(log: Log) {
    this.#log = log;
  }

  /** Steps so far, since the last connection that lasted. */
  get tries(): number {
    return this.#tries;
  }

  /** Resolves when it is time for the next try, or the signal fires. */
  wait(host: string, trouble: Trouble, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const step = this.#step ??= this.#begin(host, trouble);
    return new Promise((resolve) => {
      const leave = () => {
        signal.removeEventListener("abort", leave);
        step.leave.delete(leave);
        if (step.leave.size === 0) this.#end(step);
        resolve();
      };
      step.leave.add(leave);
      signal.addEventListener("abort", leave);
    });
  }

  /** A connection is up, to this host. */
  connected(host: string): void {
    if (this.#away) this.#log.info("connected to {host}", { host });
    this.#away = false;
  }

  /** A connection has ended that was up for so many milliseconds. One that never lasts isn't tried more and more often. */
  ended(lasted: number): void {
    if (lasted < LONGEST) return;
    this.#tries = 0;
    this.#toldAt = -Infinity;
  }

  #begin(host: string, trouble: Trouble): Step {
    const longest = Math.min(FIRST * 2 ** this.#tries++, LONGEST);
    // Half of it is random, so that processes don't come back all at once.
    const wait = Math.round(longest / 2 * (1 + Math.random()));
    this.#tell(host, trouble, wait, longest === LONGEST);
    const leave = new Set<() => void>();
    const timer = setTimeout(() => {
      for (const one of [...leave]) one();
    }, wait);
    return { leave, timer };
  }

  #end(step: Step): void {
    clearTimeout(step.timer);
    this.#step = undefined;
  }

  #tell(host: string, trouble: Trouble, wait: number, steady: boolean): void {
    const now = performance.now();
    const isNews = !steady || !this.#away;
    this.#away = true;
    if (!isNews && now - this.#toldAt < REMIND_EVERY) return;
    if (steady) this.#toldAt = now;
    const { text: cause, hint } = trouble;
    this.#log.warn(
      `no connection to {host}: {cause}${
        hint ? " ({hint})" : ""
      }; next try in {wait} ms`,
      { host, cause, hint, wait },
    );
  }
}
