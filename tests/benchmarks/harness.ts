import { byUnit, decimals, type Unit } from "./units.ts";

/** What one run measured, by name; they are printed in this order. */
export type Figures = Readonly<Record<string, number>>;

/** A bound that somebody set. It is printed as met or missed, and never fails a run. */
export interface Goal {
  /** Which figure it bounds, or `ratio`. */
  readonly of: string;
  readonly least?: number;
  readonly most?: number;
}

/** One line of a benchmark. */
export interface Case {
  readonly name: string;
  /** What all figures but `ratio` are in. */
  readonly unit: Unit;
  /** Measures once. Checks within that nothing was lost, and throws if something was. */
  readonly run: () => Promise<Figures>;
  /** Two figures; the first over the second, run by run, is printed as `ratio`. */
  readonly ratio?: readonly [string, string];
  readonly goals?: readonly Goal[];
  /** Runs that count (5); one before them warms up. */
  readonly runs?: number;
  /** Said after the figures. */
  readonly remark?: string;
}

/** Cases that are asked for by one name. */
export interface Suite {
  readonly name: string;
  readonly about: string;
  readonly cases: readonly Case[];
  /** Printed after the cases. */
  readonly note?: string;
}

/** Thrown by a run that cannot be made here; its text says why. */
export class Skip extends Error {}

/** Both sides in one run: so each pair sees the same weather, and runs go ours, peer, ours, peer … */
export function against(
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): () => Promise<{ ours: number; peer: number }> {
  return async () => ({ ours: await ours(), peer: await peer() });
}

/** Runs a case and gives its line. */
export async function measure(one: Case): Promise<string> {
  const samples: Figures[] = [];
  try {
    await one.run();
    for (let i = 0; i < (one.runs ?? 5); i++) {
      samples.push(withRatio(one, await one.run()));
    }
  } catch (error) {
    if (error instanceof Skip) return `${one.name} skipped: ${error.message}`;
    throw error;
  }
  return line(one, samples);
}

function withRatio({ ratio }: Case, figures: Figures): Figures {
  if (ratio === undefined) return figures;
  return { ...figures, ratio: figures[ratio[0]]! / figures[ratio[1]]! };
}

function line(one: Case, samples: readonly Figures[]): string {
  const names = Object.keys(samples[0]!);
  const text = (name: string, value: number) =>
    name === "ratio" ? decimals(value) : byUnit[one.unit](value);
  const middle = (name: string) => median(samples.map((run) => run[name]!));
  const figures = names.map((name) => `${name}=${text(name, middle(name))}`);
  const goals = (one.goals ?? []).map((goal) => {
    const { of, least, most } = goal;
    const met = least === undefined ? middle(of) <= most! : middle(of) >= least;
    return `${of === "ratio" || names.length === 1 ? "" : `${of} `}` +
      `${least === undefined ? "≤" : "≥"} ${text(of, (least ?? most)!)}: ` +
      (met ? "met" : "missed");
  });
  return [
    `${one.name} ${figures.join(" ")}`,
    spread(samples, names.includes("ratio") ? "ratio" : names[0]!, text),
    ...(goals.length > 0 ? [`goal ${goals.join(", ")}`] : []),
    ...(one.remark ? [`– ${one.remark}`] : []),
  ].join(" ");
}

function spread(
  samples: readonly Figures[],
  name: string,
  text: (name: string, value: number) => string,
): string {
  const values = samples.map((run) => run[name]!);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `(${samples.length} runs, ${text(name, least)}–${text(name, most)})`;
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[half]!
    : (sorted[half - 1]! + sorted[half]!) / 2;
}
