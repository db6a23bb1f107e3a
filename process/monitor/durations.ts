import { DURATION_BOUNDS } from "../snapshots/duration_bounds.ts";
import type { DurationsSnapshot } from "./snapshot.ts";

/** Durations of requests by bucket. */
export class Durations {
  readonly #counts = new Array<number>(DURATION_BOUNDS.length + 1).fill(0);
  #sum = 0;

  /** Adds one duration, in milliseconds. */
  add(milliseconds: number): void {
    let bucket = 0;
    while (milliseconds > DURATION_BOUNDS[bucket]!) bucket++;
    this.#counts[bucket]!++;
    this.#sum += milliseconds;
  }

  /** Returns the numbers as they are now. */
  snapshot(): DurationsSnapshot {
    return { counts: [...this.#counts], sum: this.#sum };
  }
}
