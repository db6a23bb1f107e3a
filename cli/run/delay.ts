import { setTimeout } from "node:timers/promises";

/**
 * Resolves after a time in milliseconds, or once the signal is aborted.
 */
export async function delay(time: number, signal: AbortSignal): Promise<void> {
  await setTimeout(time, undefined, { signal }).catch(() => {}); // aborted
}

/** Resolves once the signal is aborted. */
export async function whenAborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  signal.addEventListener("abort", () => resolve(undefined), { once: true });
  await promise;
}
