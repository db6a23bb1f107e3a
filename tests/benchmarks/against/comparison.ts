import { median } from "../harness.ts";
import { byUnit, decimals, type Unit } from "../units.ts";

/** Figures of one run, by name. */
export type Figures = Readonly<Record<string, number>>;

/**
 * Runs of one case in both trees; the runs of one index are neighbors in time.
 */
export interface Comparison {
  /** Full name of the case: `core/publish`. */
  readonly name: string;
  readonly unit: Unit;
  readonly old: readonly Figures[];
  readonly new: readonly Figures[];
}

/** One figure of one case, compared. */
export interface Row {
  readonly name: string;
  readonly old: number;
  readonly new: number;
  /** Improvement: 1.1 is 10 % faster, smaller or shorter; 0.9 is worse. */
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
  /** Improvement of the best run: a busy machine slows some runs, not all. */
  readonly best: number;
}

/** True for rates. Times and sizes improve when they shrink. */
function growsWhenBetter(unit: Unit): boolean {
  return unit === "/s";
}

/** Compares each figure that both trees measured, run by run. */
export function compareFigures(comparison: Comparison): readonly Row[] {
  const { name, unit } = comparison;
  const names = Object.keys(comparison.new[0] ?? {}).filter((figure) =>
    comparison.old[0]?.[figure] !== undefined
  );
  return names.map((figure) => {
    const before = comparison.old.map((run) => run[figure]!);
    const after = comparison.new.map((run) => run[figure]!);
    const grows = growsWhenBetter(unit);
    const improvement = (value: number, earlier: number) =>
      grows ? value / earlier : earlier / value;
    const best = grows ? Math.max : Math.min;
    const ratios = after.map((value, i) => improvement(value, before[i]!));
    return {
      name: names.length === 1 ? name : `${name} ${figure}`,
      old: median(before),
      new: median(after),
      ratio: median(ratios),
      least: Math.min(...ratios),
      most: Math.max(...ratios),
      best: improvement(best(...after), best(...before)),
    };
  });
}

/** Head of the table that `tableLines` fills. */
const HEAD = ["case", "old", "new", "new/old", "min–max", "best"] as const;

/** Formats the comparisons as the lines of one table, a figure a line. */
export function tableLines(
  comparisons: readonly Comparison[],
): readonly string[] {
  const cells = [
    HEAD,
    ...comparisons.flatMap((comparison) =>
      compareFigures(comparison).map((row) => [
        row.name,
        byUnit[comparison.unit](row.old),
        byUnit[comparison.unit](row.new),
        decimals(row.ratio),
        `${decimals(row.least)}–${decimals(row.most)}`,
        decimals(row.best),
      ])
    ),
  ];
  const widths = HEAD.map((_, column) =>
    Math.max(...cells.map((row) => row[column]!.length))
  );
  return cells.map((row) =>
    row.map((cell, column) =>
      column === 0
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]!)
    ).join("  ")
  );
}

/** Ratio below which a figure counts as slower; above, it may be noise. */
const SLOWER = 0.9;

/**
 * Names the cases whose first figure got slower, in the median of the runs and
 * in the best run. Other figures are those of peers.
 */
export function slowerLine(comparisons: readonly Comparison[]): string {
  const slower = comparisons.flatMap((each) => compareFigures(each).slice(0, 1))
    .map(({ name, ratio, best }) => ({ name, ratio: Math.max(ratio, best) }))
    .filter(({ ratio }) => ratio < SLOWER)
    .map(({ name, ratio }) => `${name} (${decimals(ratio)} ×)`);
  return slower.length > 0
    ? `slower than ${SLOWER} ×: ${slower.join(", ")}`
    : `nothing is slower than ${SLOWER} ×`;
}
