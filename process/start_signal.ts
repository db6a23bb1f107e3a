import { CaryatidError } from "@caryatid/sdk";

/** Promises that a start which waits for nothing has settled, and more. */
const SETTLED_BY = 200;

/** Fires when starting takes too long, or is not wanted any more. */
export class StartSignal {
  readonly signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stopping: AbortSignal;
  readonly #stop: () => void;
  #over = false;

  /** `deadline` in milliseconds, 0 for none. */
  constructor(deadline: number, stopping: AbortSignal) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.#stopping = stopping;
    this.#stop = () => controller.abort(stopping.reason);
    stopping.addEventListener("abort", this.#stop);
    if (stopping.aborted) this.#stop();
    else if (deadline > 0) this.#arm(deadline, controller);
  }

  /** Only once the start really waits: the first timer of a program takes 4 ms, a quarter of a start. */
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

  /** Releases its timer. */
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
    { hint: "[lifecycle] start-deadline gives more time" },
  );
}
