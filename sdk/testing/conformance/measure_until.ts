/** Maximum number of measurements. */
const ATTEMPTS = 5;

/**
 * Measures until `isGood` accepts the result, at most five times. Returns the
 * last result.
 *
 * Other work on the machine spoils single measurements, a fault all of them.
 */
export async function measureUntil<T>(
  isGood: (measured: T) => boolean,
  measure: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    const measured = await measure(attempt);
    if (attempt === ATTEMPTS || isGood(measured)) return measured;
  }
}
