/**
 * Maximum number of bytes that a server buffers for all its clients: bodies
 * being received, frames, and long answers being sent.
 *
 * It counts what this process buffers. The kernel's socket buffers are bounded
 * by the kernel.
 */
export class MemoryBudget {
  readonly #most: number;
  #used = 0;

  /** Creates a budget of `most` bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Number of bytes that are reserved. */
  get used(): number {
    return this.#used;
  }

  /**
   * Reserves `bytes`. Returns false, and reserves nothing, if too few are free.
   */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.#most) return false;
    this.#used += bytes;
    return true;
  }

  /** Releases reserved bytes. */
  give(bytes: number): void {
    this.#used -= bytes;
  }
}
