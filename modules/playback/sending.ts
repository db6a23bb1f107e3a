import type { RecordedMessage } from "../record/recorded_message.ts";

/** Publishes on their way, in order; so many that nobody waits long for one of them. */
export class Sending {
  readonly #most: number;
  readonly #settled: (message: RecordedMessage, error: unknown) => void;
  #messages: RecordedMessage[] = [];
  #publishes: Promise<void>[] = [];

  /** `settled` hears of each, in order, with the error that it ended with, if it did; what it throws ends all. */
  constructor(
    most: number,
    settled: (message: RecordedMessage, error: unknown) => void,
  ) {
    this.#most = most;
    this.#settled = settled;
  }

  /** Whether no more should be added. */
  get isFull(): boolean {
    return this.#publishes.length >= this.#most;
  }

  /** Adds one. Nothing may be awaited between this and `settle`: else one that fails meanwhile would be nobody's. */
  add(message: RecordedMessage, publish: Promise<void>): void {
    this.#messages.push(message);
    this.#publishes.push(publish);
  }

  /** Resolves when all have ended. Rejects with what `settled` throws. */
  async settle(): Promise<void> {
    const messages = this.#messages;
    const publishes = this.#publishes;
    if (publishes.length === 0) return;
    this.#messages = [];
    this.#publishes = [];
    try {
      await Promise.all(publishes);
      for (const message of messages) this.#settled(message, undefined);
    } catch {
      // One by one: those before the one that failed are sent, and some after it may be.
      for (const [index, publish] of publishes.entries()) {
        const error = await publish.then(() => undefined, (error) => error);
        this.#settled(messages[index]!, error);
      }
    }
  }

  /** Nobody wants to hear of those that are left: something else has ended it. */
  abandon(): void {
    for (const publish of this.#publishes) publish.catch(() => {}); // see above
  }
}
