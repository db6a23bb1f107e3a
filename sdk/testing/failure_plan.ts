import { patternsOverlap } from "../topic.ts";

/** Calls that a `MockBus` can make fail. */
export type FailingCall = "publish" | "subscribe" | "request" | "handle";

/** Options of `MockBus.fail`. */
export interface FailOptions {
  /** Number of calls that fail (1); `Infinity` for all. */
  readonly times?: number;
  /** Only calls whose topic or pattern overlaps with this fail ("#"). */
  readonly pattern?: string;
}

interface Failure {
  readonly what: FailingCall;
  readonly error: unknown;
  readonly pattern: string;
  times: number;
}

/** Planned failures of calls. */
export class FailurePlan {
  readonly #failures: Failure[] = [];

  /** Plans failures, after those of earlier plans. */
  add(what: FailingCall, error: unknown, options: FailOptions): void {
    const { times = 1, pattern = "#" } = options;
    this.#failures.push({ what, error, pattern, times });
  }

  /**
   * Returns the planned error of this call, and counts it; undefined if none is
   * planned.
   */
  take(what: FailingCall, pattern: string): { error: unknown } | undefined {
    const failure = this.#failures.find((failure) =>
      failure.what === what && failure.times > 0 &&
      patternsOverlap(failure.pattern, pattern)
    );
    if (failure) failure.times--;
    return failure;
  }

  /** Throws the planned error of this call, if there is one. */
  throwIfPlanned(what: FailingCall, pattern: string): void {
    const failure = this.take(what, pattern);
    if (failure) throw failure.error;
  }
}
