import type { CaryatidError } from "@caryatid/sdk";

/** Outcomes of promises. */
export interface Outcomes {
  /** Of each, "ok" or the code of its error, when all are settled. */
  readonly all: Promise<string[]>;
  /** Which ones are settled, in that order. */
  readonly order: readonly number[];
}

/** Watches promises; their failures are looked after from now on. */
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

/** 0, 1, 2 … */
export function numbers(count: number): number[] {
  return [...Array(count).keys()];
}
