import { CaryatidError } from "@caryatid/sdk";

/** Fires when starting takes too long, or is not wanted any more. */
export class StartSignal implements Disposable {
  readonly signal: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stopping: AbortSignal;
  readonly #stop: () => void;

  /** `deadline` in milliseconds, 0 for none. */
  constructor(deadline: number, stopping: AbortSignal) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.#stopping = stopping;
    this.#stop = () => controller.abort(stopping.reason);
    stopping.addEventListener("abort", this.#stop);
    if (deadline > 0) {
      this.#timer = setTimeout(
        () => controller.abort(startTimeoutError(deadline)),
        deadline,
      );
    }
  }

  /** Releases its timer. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
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
