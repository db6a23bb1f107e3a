import type { RecordedMessage } from "../record/entry.ts";

/**
 * Publishes that are in flight, in order. Waiting for many at a time is faster
 * than for each one.
 */
export class InFlightPublishes {
  readonly #most: number;
  readonly #onSettled: (message: RecordedMessage, error: unknown) => void;
  #messages: RecordedMessage[] = [];
  #publishes: Promise<void>[] = [];

  /**
   * `onSettled` receives each message in order, with the error of its publish,
   * if any. An error that it throws ends `settle`.
   */
  constructor(
    most: number,
    onSettled: (message: RecordedMessage, error: unknown) => void,
  ) {
    this.#most = most;
    this.#onSettled = onSettled;
  }

  /** True if the maximum number of publishes is in flight. */
  get isFull(): boolean {
    return this.#publishes.length >= this.#most;
  }

  /**
   * Adds a publish. Do not await anything between this and `settle`: a
   * rejection meanwhile would be unhandled.
   */
  add(message: RecordedMessage, publish: Promise<void>): void {
    this.#messages.push(message);
    this.#publishes.push(publish);
  }

  /**
   * Resolves when all publishes have ended. Rejects with the error that
   * `onSettled` throws.
   */
  async settle(): Promise<void> {
    const messages = this.#messages;
    const publishes = this.#publishes;
    if (publishes.length === 0) return;
    this.#messages = [];
    this.#publishes = [];
    try {
      await Promise.all(publishes);
      for (const message of messages) this.#onSettled(message, undefined);
    } catch {
      // One by one: publishes before the failed one have succeeded, and some
      // after it may have.
      for (const [index, publish] of publishes.entries()) {
        const error = await publish.then(() => undefined, (error) => error);
        this.#onSettled(messages[index]!, error);
      }
    }
  }

  /** Ignores the outcome of the remaining publishes, after another failure. */
  abandon(): void {
    // ignored, see above
    for (const publish of this.#publishes) publish.catch(() => {});
  }
}
