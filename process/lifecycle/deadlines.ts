import { CaryatidError } from "@caryatid/sdk";

/** Minimum time for a graceful close, in milliseconds. */
export const CLOSE_TIME = 2_000;

/** Number of promises after which a start that does not wait has finished. */
const SETTLED_BY = 200;

/**
 * Waits for `promise` until the deadline. Returns true if it settled in time.
 */
export async function inTime(
  promise: Promise<unknown>,
  deadline: number,
): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    const left = Math.max(0, deadline - performance.now());
    timer = setTimeout(() => resolve(false), left);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Signal that fires when a start takes too long, or when the process stops. */
export class StartDeadline {
  readonly signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stopping: AbortSignal;
  readonly #stop: () => void;
  #over = false;

  /** `deadline` is in milliseconds; 0 disables it. */
  constructor(deadline: number, stopping: AbortSignal) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.#stopping = stopping;
    this.#stop = () => controller.abort(stopping.reason);
    stopping.addEventListener("abort", this.#stop);
    if (stopping.aborted) this.#stop();
    else if (deadline > 0) this.#arm(deadline, controller);
  }

  /**
   * Sets the timer once the start really waits: the first timer of a program
   * takes 4 ms.
   */
  async #arm(deadline: number, controller: AbortController): Promise<void> {
    for (let settled = 0; settled < SETTLED_BY; settled++) {
      await undefined;
      if (this.#over) return;
    }
    this.#timer = setTimeout(
      () => controller.abort(startTimeoutError(deadline)),
      deadline,
    );
  }

  /** Releases the timer. */
  close(): void {
    this.#over = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#stopping.removeEventListener("abort", this.#stop);
  }
}

function startTimeoutError(deadline: number): CaryatidError {
  return new CaryatidError(
    "INIT_FAILED",
    `it was not done ${deadline / 1000} s after the start began`,
    { hint: "Raise start-deadline of [lifecycle]." },
  );
}
