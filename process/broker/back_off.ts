import type { Log } from "@caryatid/sdk";
import type { ConnectionProblem } from "./connection_problem.ts";

/**
 * First and longest wait between two attempts, in milliseconds. The longest
 * wait limits the delay until a recovered broker is noticed.
 */
const FIRST = 100;
const LONGEST = 1_500;
/** Time between two warnings of one cause in an outage, in milliseconds. */
const REMIND_EVERY = 60_000;
/** Maximum number of causes of one outage that are distinguished. */
const MAX_CAUSES = 32;

/**
 * One wait: functions that end it for each waiting connection, and its timer.
 */
interface Step {
  readonly leave: Set<() => void>;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * Waits between attempts to connect, which get longer. The connections of a bus
 * share them: a connection that fails while another one waits joins its wait.
 * The log has one warning for each cause of an outage, and a reminder every
 * minute; the other attempts are on the level debug.
 */
export class BackOff {
  readonly #log: Log;
  #tries = 0;
  #step: Step | undefined;
  /** Times of the last warnings in this outage, by host and cause. */
  readonly #loggedAt = new Map<string, number>();
  #away = false;

  /** Starts without waiting connections. */
  constructor(log: Log) {
    this.#log = log;
  }

  /** Number of waits since the last connection that lasted. */
  get tries(): number {
    return this.#tries;
  }

  /**
   * Resolves when it is time for the next attempt, or when the signal fires.
   */
  wait(
    host: string,
    trouble: ConnectionProblem,
    signal: AbortSignal,
  ): Promise<void> {
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

  /** Records a connection to this host. */
  connected(host: string): void {
    if (this.#away) this.#log.info("connected to {host}", { host });
    this.#away = false;
    this.#loggedAt.clear();
  }

  /**
   * Records the end of a connection that was up for `lasted` milliseconds. The
   * waits start again from the first one, unless the connection ended too soon.
   */
  ended(lasted: number): void {
    if (lasted < LONGEST) return;
    this.#tries = 0;
  }

  #begin(host: string, trouble: ConnectionProblem): Step {
    const longest = Math.min(FIRST * 2 ** this.#tries++, LONGEST);
    // Half of the wait is random, so that processes do not all reconnect at
    // once.
    const wait = Math.round(longest / 2 * (1 + Math.random()));
    this.#report(host, trouble, wait);
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

  #report(host: string, trouble: ConnectionProblem, wait: number): void {
    const { text: cause, hint = "", hintsOnce = false } = trouble;
    const isFirst = !this.#away;
    this.#away = true;
    const isHinted = hint !== "" && (isFirst || !hintsOnce);
    if (!this.#isDue(`${host} ${cause}`)) {
      this.#log.debug(
        "still no connection to {host}: {cause}; next try in {wait} ms",
        { host, cause, wait },
      );
      return;
    }
    this.#log.warn(
      `no connection to {host}: {cause}${
        isHinted ? " ({hint})" : ""
      }; next try in {wait} ms`,
      { host, cause, hint, wait },
    );
  }

  /** Returns true if a warning of this cause is due, and records it. */
  #isDue(cause: string): boolean {
    const now = performance.now();
    const last = this.#loggedAt.get(cause) ?? -Infinity;
    if (now - last < REMIND_EVERY) return false;
    if (this.#loggedAt.size >= MAX_CAUSES) this.#loggedAt.clear();
    this.#loggedAt.set(cause, now);
    return true;
  }
}
