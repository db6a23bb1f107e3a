import type { Subscription } from "@caryatid/sdk";
import { Changes } from "../changes.ts";

/**
 * Reads a subscription to its end. Tests can wait until it has received a
 * message.
 */
export class Listener {
  readonly #changes = new Changes();
  readonly #received = new Set<unknown>();
  readonly #pattern: string;
  /** Resolves at the end of the loop. */
  readonly ended: Promise<void>;

  constructor(subscription: Subscription) {
    this.#pattern = subscription.pattern;
    this.ended = this.#read(subscription);
  }

  /** Returns true if the message was received. */
  has(message: unknown): boolean {
    return this.#received.has(message);
  }

  /**
   * Resolves when the message was received. Rejects after `ms` milliseconds
   * with the messages received so far.
   */
  until(message: unknown, ms: number): Promise<void> {
    return this.#changes.until(
      () => this.has(message),
      () =>
        `"${this.#pattern}" to receive ${message}, received ${[
          ...this.#received,
        ]}`,
      ms,
    );
  }

  async #read(subscription: Subscription): Promise<void> {
    for await (const { message } of subscription) {
      this.#received.add(message);
      this.#changes.notify();
    }
  }
}
