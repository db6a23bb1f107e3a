import type { Unit } from "./units.ts";

/** Results of one run by name, in the order of printing. */
export type Figures = Readonly<Record<string, number>>;

/**
 * An agreed bound. It is printed as met or missed, and never fails a run. The
 * goals of users are in goals/goals.json instead.
 */
export interface Goal {
  /** Name of the bounded figure, or `ratio`. */
  readonly of: string;
  readonly least?: number;
  readonly most?: number;
}

/**
 * Clock of a case. Other programs on the machine change wall time; they hardly
 * change the time for which a thread runs or all threads of a process run.
 */
export type BenchClock = "wall" | "thread" | "processor";

/** Sets the clock of cases. */
export function byClock(
  clock: BenchClock,
  cases: readonly Case[],
): readonly Case[] {
  return cases.map((one) => ({ ...one, clock }));
}

/** One line of a benchmark. */
export interface Case {
  readonly name: string;
  /** Unit of all figures except `ratio`. */
  readonly unit: Unit;
  /** Clock of its figures (`wall`). */
  readonly clock?: BenchClock;
  /**
   * Measures once. Throws if a message was lost.
   */
  readonly run: () => Promise<Figures>;
  /**
   * Two figures; the first over the second, run by run, is printed as `ratio`.
   */
  readonly ratio?: readonly [string, string];
  readonly goals?: readonly Goal[];
  /** Maximum number of runs that count (5); one before them warms up. */
  readonly runs?: number;
  /** Note that is printed after the figures. */
  readonly remark?: string;
}

/** Suite of cases with a common name. */
export interface Suite {
  readonly name: string;
  readonly about: string;
  /** Time for all cases. The cases share it and make fewer runs if needed. */
  readonly minutes: number;
  readonly cases: readonly Case[];
  /** Printed after the cases. */
  readonly note?: string;
}

/** Thrown by a run that cannot be made here; its text says why. */
export class Skip extends Error {}

/** Median and range of one figure over all runs. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Result of a case: figures over all runs, or the reason why none exist. */
export type Outcome =
  | {
    readonly unit: Unit;
    readonly clock: BenchClock;
    readonly runs: number;
    readonly figures: Readonly<Record<string, Spread>>;
  }
  | { readonly skipped: string }
  | { readonly failed: string };

/**
 * Measures both sides in one run, alternately, so that both have the same load
 * of the machine.
 */
export function against(
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): () => Promise<{ ours: number; peer: number }> {
  return async () => ({ ours: await ours(), peer: await peer() });
}

/**
 * Runs a case for about `time` milliseconds: it begins no run that would take
 * longer, but makes one in any case. The first run warms up and does not count,
 * unless it takes a third of the time.
 */
export async function measure(one: Case, time = Infinity): Promise<Outcome> {
  const most = one.runs ?? 5;
  const samples: Figures[] = [];
  const start = performance.now();
  let longest = 0;
  try {
    for (let run = 0; samples.length < most; run++) {
      const begun = performance.now();
      if (samples.length > 0 && begun - start + longest > time) break;
      const figures = withRatio(one, await one.run());
      longest = Math.max(longest, performance.now() - begun);
      if (run > 0 || longest > time / 3) samples.push(figures);
    }
  } catch (error) {
    if (error instanceof Skip) return { skipped: error.message };
    throw error;
  }
  const names = Object.keys(samples[0]!);
  return {
    unit: one.unit,
    clock: one.clock ?? "wall",
    runs: samples.length,
    figures: Object.fromEntries(
      names.map((name) => [name, spread(samples.map((run) => run[name]!))]),
    ),
  };
}

function withRatio({ ratio }: Case, figures: Figures): Figures {
  if (ratio === undefined) return figures;
  return { ...figures, ratio: figures[ratio[0]]! / figures[ratio[1]]! };
}

function spread(values: readonly number[]): Spread {
  return {
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
  };
}

/**
 * Returns the median; for an even number of values, the mean of the two in the
 * middle.
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[half]!
    : (sorted[half - 1]! + sorted[half]!) / 2;
}
