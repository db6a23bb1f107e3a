import { CaryatidError } from "@caryatid/sdk";
import type { RequestsSnapshot } from "./snapshot.ts";
import { Waits } from "./waits.ts";

/** Requests that a module makes on one topic. */
export class RequestCount {
  #made = 0;
  readonly #waits = new Waits();
  /** By code; there are not many. */
  readonly #failed = new Map<string, number>();

  /** Counts a request by its answer, and gives that. */
  async count(answer: Promise<unknown>, since: number): Promise<unknown> {
    this.#made++;
    try {
      return await this.#waits.until(answer, since);
    } catch (error) {
      const code = error instanceof CaryatidError ? error.code : "OTHER";
      this.#failed.set(code, (this.#failed.get(code) ?? 0) + 1);
      throw error;
    }
  }

  /** What is known at `now`. */
  snapshot(now: number): RequestsSnapshot {
    const codes = [...this.#failed].sort(([a], [b]) => a < b ? -1 : 1);
    return {
      count: this.#made,
      pending: this.#waits.size,
      pendingFor: this.#waits.longest(now),
      failed: Object.fromEntries(codes),
    };
  }
}
