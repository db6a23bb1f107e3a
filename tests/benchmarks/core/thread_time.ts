/** Time that the thread was running, in ns, as the first number. */
const STATISTICS = "/proc/thread-self/schedstat";

const NOTHING = new Int32Array(new SharedArrayBuffer(4));

/**
 * Milliseconds for which this thread has run so far. It does not grow while the
 * thread waits for a core, so other programs on the machine hardly change it.
 * On systems other than Linux it is the time of day.
 */
export function threadTime(): number {
  // The kernel counts at each tick, every 4 ms, and when a thread begins to
  // wait: this one waits for a moment.
  Atomics.wait(NOTHING, 0, 0, 0.01);
  try {
    const text = Deno.readTextFileSync(STATISTICS);
    return parseInt(text) / 1e6;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return performance.now();
    throw error;
  }
}
