import { patternsOverlap } from "../topic.ts";

/** What a {@linkcode MockBus} can be made to fail at. */
export type FailingCall = "publish" | "subscribe" | "request" | "handle";

/** How often, and where, a {@linkcode MockBus} fails. */
export interface FailOptions {
  /** How many calls fail (1); `Infinity` for all. */
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

/** Which calls are to fail. */
export class FailurePlan {
  readonly #failures: Failure[] = [];

  /** Has calls fail, after those that earlier plans are for. */
  add(what: FailingCall, error: unknown, options: FailOptions): void {
    const { times = 1, pattern = "#" } = options;
    this.#failures.push({ what, error, pattern, times });
  }

  /** Gives what this call is to fail with, and counts it; undefined where it isn't to fail. */
  take(what: FailingCall, pattern: string): { error: unknown } | undefined {
    const failure = this.#failures.find((failure) =>
      failure.what === what && failure.times > 0 &&
      patternsOverlap(failure.pattern, pattern)
    );
    if (failure) failure.times--;
    return failure;
  }

  /** Throws what this call is to fail with, if it is to fail. */
  throwIfPlanned(what: FailingCall, pattern: string): void {
    const failure = this.take(what, pattern);
    if (failure) throw failure.error;
  }
}
