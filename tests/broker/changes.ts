import { DEADLINE, within } from "../../sdk/testing/conformance/within.ts";

/** Lets tests wait for a state instead of for the clock: its owner tells of every change. */
export class Changes {
  readonly #waiting = new Set<() => void>();

  /** Lets everybody who waits look again. */
  tell(): void {
    for (const look of this.#waiting) look();
  }

  /** Resolves when `holds` is true, now or after a change; fails after `ms` milliseconds (5,000) with what `describe` says then. */
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
