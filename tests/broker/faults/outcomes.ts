import type { CaryatidError } from "@caryatid/sdk";

/** Outcomes of promises. */
export interface Outcomes {
  /**
   * Resolves with "ok" or the code of its error for each promise, when all have
   * settled.
   */
  readonly all: Promise<string[]>;
  /** Indices of the settled promises, in the order of their settling. */
  readonly order: readonly number[];
}

/** Watches promises, and handles their rejections. */
export function outcomes(promises: readonly Promise<unknown>[]): Outcomes {
  const order: number[] = [];
  const all = Promise.all(
    promises.map((promise, i) =>
      promise.then(() => "ok", ({ code }: CaryatidError) => code)
        .finally(() => order.push(i))
    ),
  );
  return { all, order };
}

/** Returns the numbers 0, 1, 2 … below `count`. */
export function numbers(count: number): number[] {
  return [...Array(count).keys()];
}
