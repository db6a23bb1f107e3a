import assert from "node:assert/strict";

/**
 * Default timeout of a wait, in milliseconds. It only bounds a hang: a busy
 * machine may need many seconds.
 */
export const DEADLINE = 30_000;

/**
 * Returns the outcome of `promise`, or rejects after `ms` milliseconds (default
 * 30,000) with an error that contains `what`.
 *
 * A function `what` is called at the deadline, so that it can report what
 * arrived until then.
 */
export async function within<T>(
  promise: PromiseLike<T>,
  what: string | (() => string),
  ms: number = DEADLINE,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const waitedFor = typeof what === "string" ? what : what();
    reject(
      new assert.AssertionError({
        message: `Waited ${ms} ms for ${waitedFor}`,
      }),
    );
  }, ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Returns the outcome of `promise`, as long as the number of `progress` changes
 * every `ms` milliseconds (default 30,000).
 */
export async function whileProgress<T>(
  promise: Promise<T>,
  progress: () => number,
  what: () => string,
  ms: number = DEADLINE,
): Promise<T> {
  let over = false;
  const watched = promise.finally(() => over = true);
  for (;;) {
    const before = progress();
    try {
      return await within(watched, what, ms);
    } catch (error) {
      if (over || progress() === before) throw error;
    }
  }
}

/** Resolves after one turn of the event loop, with its due timers and input. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** A promise with its state. A rejection is never unhandled. */
export interface Watched<T> {
  /** The promise. */
  readonly promise: Promise<T>;
  /** Current state of the promise. */
  readonly state: "pending" | "fulfilled" | "rejected";
}

/** Watches a promise that a test awaits later, or never. */
export function watch<T>(promise: Promise<T>): Watched<T> {
  const watched: {
    promise: Promise<T>;
    state: Watched<T>["state"];
  } = { promise, state: "pending" };
  promise.then(
    () => watched.state = "fulfilled",
    () => watched.state = "rejected",
  );
  return watched;
}

/** Returns the states of several promises as text for a failure. */
export function states(all: readonly Watched<unknown>[]): string {
  return all.map(({ state }) => state).join(" ");
}

/**
 * Runs `task` for 0 to `n` − 1, at most `width` at the same time. Returns the
 * outcomes in order.
 */
export async function inFlight<T>(
  n: number,
  width: number,
  task: (index: number) => Promise<T>,
): Promise<T[]> {
  const outcomes: T[] = new Array(n);
  let next = 0;
  const work = async () => {
    while (next < n) {
      const index = next++;
      outcomes[index] = await task(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, n) }, work));
  return outcomes;
}
