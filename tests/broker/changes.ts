import { DEADLINE, within } from "../../sdk/testing/conformance/promises.ts";

/**
 * Lets tests wait for a state instead of a fixed time. The owner of the state
 * reports each change with `notify()`.
 */
export class Changes {
  readonly #waiting = new Set<() => void>();

  /** Checks the conditions of all waiting tests again. */
  notify(): void {
    for (const look of this.#waiting) look();
  }

  /**
   * Resolves when `holds` returns true, now or after a change. Rejects after
   * `ms` milliseconds (30,000) with the text that `describe` returns then.
   */
  async until(
    holds: () => boolean,
    describe: () => string,
    ms: number = DEADLINE,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => holds() && resolve();
    this.#waiting.add(look);
    look();
    try {
      await within(promise, describe, ms);
    } finally {
      this.#waiting.delete(look);
    }
  }
}
