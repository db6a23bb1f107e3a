/** Memory and processor time of a guest, as the guest reports them. */
export class GuestUsage {
  /** Memory in bytes; undefined before the first report. */
  memory: number | undefined;
  /**
   * Cores that the guest used between the two latest reports; undefined before
   * the second one.
   */
  cores: number | undefined;
  readonly #now: () => number;
  #cpu = 0;
  #at: number | undefined;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes a report: bytes, and milliseconds of processor time in total. */
  report(memory: number, cpu: number): void {
    const now = this.#now();
    this.memory = memory;
    if (this.#at !== undefined && now > this.#at) {
      this.cores = Math.max(0, cpu - this.#cpu) / (now - this.#at);
    }
    this.#cpu = cpu;
    this.#at = now;
  }
}
