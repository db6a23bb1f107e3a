import { processorTime } from "./processor_time.ts";
import { threadTime } from "./thread_time.ts";

/**
 * Throws unless all messages arrived: a bus that loses messages is not fast.
 */
export function expectAll(found: number, wanted: number): void {
  if (found === wanted) return;
  throw new Error(`lost messages: found ${found}; expected ${wanted}`);
}

/** Reads `wanted` messages, then leaves the loop. */
export async function readAll(
  messages: AsyncIterable<unknown>,
  wanted: number,
): Promise<void> {
  let found = 0;
  for await (const _ of messages) if (++found === wanted) break;
  expectAll(found, wanted);
}

/** Rate per second of `count` operations in `work`. */
export async function perSecond(
  count: number,
  work: () => Promise<void>,
): Promise<number> {
  return count / (await milliseconds(work) / 1000);
}

/**
 * Rate per second of this thread: for work in memory, which never waits. On an
 * idle machine it is the rate per second.
 */
export async function perThreadSecond(
  count: number,
  work: () => Promise<void>,
): Promise<number> {
  const start = threadTime();
  await work();
  return count / ((threadTime() - start) / 1000);
}

/**
 * Rate per second of processor time of this process: for work that also writes
 * and reads files, in other threads.
 */
export async function perProcessorSecond(
  count: number,
  work: () => Promise<void>,
): Promise<number> {
  return count / (await processorTime(work) / 1e6);
}

/** Duration of `work`. */
export async function milliseconds(
  work: () => Promise<void>,
): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
