/** Finds out that a guest publishes more in a second than it may. */
export class PublishRate {
  readonly #most: number;
  readonly #exceeded: () => void;
  #second = -1;
  #count = 0;

  /** Calls `exceeded` at each publish beyond `most` in a second. */
  constructor(most: number, exceeded: () => void) {
    this.#most = most;
    this.#exceeded = exceeded;
  }

  /** One more. */
  count(): void {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    if (++this.#count > this.#most) this.#exceeded();
  }
}
