import assert from "node:assert/strict";

/** Longest wait for anything that the contract promises, in milliseconds. */
export const DEADLINE = 5_000;

/**
 * The outcome of `promise`, or a failure that says for what it waited in vain.
 *
 * `what` is asked at the deadline, so that it can tell what came until then. `ms` is the wait in milliseconds (5,000).
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
 * The outcome of `promise`, however long it takes, as long as `progress` gives another number every `ms` milliseconds (5,000).
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

/** Resolves when timers and input had their turn: what could have happened by itself has happened. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
