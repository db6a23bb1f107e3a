/**
 * Loops of a subscription that wait for a delivery, and what the host was told of them. A delivery of slot 0 was sent to one that waits,
 * so the host counts one less by itself.
 */
export class ToldWaits {
  #waiting = 0;
  #told = 0;

  /** How many wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** One begins to wait. */
  begin(): void {
    this.#waiting++;
  }

  /** One that waited has a delivery. */
  end(): void {
    this.#waiting--;
  }

  /** A delivery came, of this slot. */
  arrived(slot: number): void {
    if (slot === 0) this.#told--;
  }

  /** How many more wait than the host knows; fewer where one of them took what was sent ahead. It is told that now. */
  tell(): number {
    const more = this.#waiting - this.#told;
    this.#told = this.#waiting;
    return more;
  }
}
