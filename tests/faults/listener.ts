import type { Subscription } from "@caryatid/sdk";
import { Changes } from "../broker/changes.ts";

/** Reads a subscription to its end, and lets others wait until it has heard something. */
export class Listener {
  readonly #changes = new Changes();
  readonly #heard = new Set<unknown>();
  readonly #pattern: string;
  /** Resolves at the end of its loop. */
  readonly ended: Promise<void>;

  constructor(subscription: Subscription) {
    this.#pattern = subscription.pattern;
    this.ended = this.#read(subscription);
  }

  /** Whether it has heard this. */
  has(message: unknown): boolean {
    return this.#heard.has(message);
  }

  /** Resolves when it has heard this; fails after `ms` milliseconds, with what it has heard. */
  until(message: unknown, ms: number): Promise<void> {
    return this.#changes.until(
      () => this.has(message),
      () =>
        `"${this.#pattern}" to hear ${message}, it heard ${[...this.#heard]}`,
      ms,
    );
  }

  async #read(subscription: Subscription): Promise<void> {
    for await (const { message } of subscription) {
      this.#heard.add(message);
      this.#changes.tell();
    }
  }
}
