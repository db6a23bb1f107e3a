/** How long a guest may take to start: counted only while it is the guest that is waited for. */
export class StartTime {
  readonly #deadline: number;
  readonly #onLate: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `deadline` is in milliseconds. Nothing is counted yet. */
  constructor(deadline: number, onLate: () => void) {
    this.#deadline = deadline;
    this.#onLate = onLate;
  }

  /** Counts, from the beginning. */
  begin(): void {
    this.end();
    this.#timer = setTimeout(this.#onLate, this.#deadline);
  }

  /** Counts no more. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
