const SECOND = 1000;

/** Options of {@linkcode RateLimit}. */
export interface RateLimitOptions {
  /** Maximum number of lines in a second. */
  readonly lines: number;
  /** Maximum number of bytes in a second. */
  readonly bytes: number;
  /**
   * Called after a second in which lines were suppressed, with their number.
   */
  readonly onSuppressed: (count: number) => void;
}

/**
 * Limits the lines that a guest writes, and counts those that it suppresses.
 */
export class RateLimit {
  /** Lines of this second, suppressed ones included. */
  lines = 0;
  /** Bytes of this second, suppressed ones included. */
  bytes = 0;
  readonly #options: RateLimitOptions;
  #began = -Infinity;
  #suppressed = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** Allows a full second of lines at first. */
  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /**
   * Counts a line of `bytes` bytes. Returns false if it is to be suppressed.
   */
  take(bytes: number): boolean {
    const now = performance.now();
    if (now - this.#began >= SECOND) this.#begin(now);
    this.lines++;
    this.bytes += bytes;
    const { lines, bytes: most } = this.#options;
    if (this.lines <= lines && this.bytes <= most) return true;
    this.#suppressed++;
    if (this.#closed) return false;
    this.#timer ??= setTimeout(() => this.#report(), this.left);
    return false;
  }

  /** Milliseconds until the current second ends. */
  get left(): number {
    return Math.max(0, this.#began + SECOND - performance.now());
  }

  /** Reports suppressed lines now, and starts no further timers. */
  close(): void {
    this.#closed = true;
    this.#report();
  }

  #begin(now: number): void {
    this.#report();
    this.#began = now;
    this.lines = this.bytes = 0;
  }

  #report(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const count = this.#suppressed;
    this.#suppressed = 0;
    if (count > 0) this.#options.onSuppressed(count);
  }
}
