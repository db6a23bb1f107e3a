/** Time that the thread was running, in ns, as the first number. */
const STATISTICS = "/proc/thread-self/schedstat";

/**
 * Milliseconds for which this thread has run so far. It does not grow while the
 * thread waits for a core, so other programs on the machine hardly change it.
 * On systems other than Linux it is the time of day.
 */
export function threadTime(): number {
  try {
    const text = Deno.readTextFileSync(STATISTICS);
    return parseInt(text) / 1e6;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return performance.now();
    throw error;
  }
}
