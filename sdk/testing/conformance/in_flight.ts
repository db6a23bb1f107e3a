/** Runs `task` for 0 to `n` − 1, at most `width` of them at the same time; gives the outcomes in order. */
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
