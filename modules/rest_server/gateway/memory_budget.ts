/**
 * Bytes that a server may hold for all its clients together: bodies on their
 * way in, frames, and long answers on their way out.
 *
 * It counts what this process buffers. The kernel's socket buffers are bounded
 * by the kernel.
 */
export class MemoryBudget {
  readonly #most: number;
  #used = 0;

  /** `most` is in bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Bytes that are held now. */
  get used(): number {
    return this.#used;
  }

  /**
   * Takes room for `bytes`. Returns false, and takes none, if there is not
   * enough.
   */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.#most) return false;
    this.#used += bytes;
    return true;
  }

  /** Gives room back. */
  give(bytes: number): void {
    this.#used -= bytes;
  }
}
