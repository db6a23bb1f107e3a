/** Throws unless everything arrived: a fast bus that loses messages isn't one. */
export function expectAll(found: number, wanted: number): void {
  if (found === wanted) return;
  throw new Error(`lost messages: found ${found}, wanted ${wanted}`);
}

/** Reads until there were `wanted`, then leaves the loop. */
export async function readAll(
  messages: AsyncIterable<unknown>,
  wanted: number,
): Promise<void> {
  let found = 0;
  for await (const _ of messages) if (++found === wanted) break;
  expectAll(found, wanted);
}

/** How many of `count` there were in a second of what `work` took. */
export async function perSecond(
  count: number,
  work: () => Promise<void>,
): Promise<number> {
  return count / (await milliseconds(work) / 1000);
}

/** How long `work` took. */
export async function milliseconds(
  work: () => Promise<void>,
): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
