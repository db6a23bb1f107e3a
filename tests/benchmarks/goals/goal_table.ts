import type { Outcome } from "../harness.ts";
import { decimals } from "../units.ts";
import goals from "./goals.json" with { type: "json" };

/** A figure that users notice: a case, and its ratio to a peer. */
export interface FigureRow {
  readonly suite: string;
  readonly case: string;
  readonly name: string;
  /** The peer, if there is one. */
  readonly compared?: string;
  /** Goal of the ratio, if it has one. */
  readonly direction?: "at least" | "at most";
  readonly goal?: number;
}

/** A figure that has a goal. */
export type GoalRow =
  & FigureRow
  & Required<Pick<FigureRow, "direction" | "goal">>;

/** All figures, as goals.json lists them. */
export const ROWS = goals as readonly FigureRow[];

/** The figures with a goal. */
export const GOALS: readonly GoalRow[] = ROWS.filter(hasGoal);

/** True if a figure has a goal. */
export function hasGoal(row: FigureRow): row is GoalRow {
  return row.goal !== undefined;
}

/** True if a ratio reaches the goal. */
export function isMet(row: GoalRow, ratio: number): boolean {
  return row.direction === "at least" ? ratio >= row.goal : ratio <= row.goal;
}

/**
 * Formats the rows of the given cases as lines of a table: measured, goal, and
 * met or missed. The last line counts them. Without a row there is no line.
 */
export function goalLines(
  outcomes: ReadonlyMap<string, Outcome>,
  rows: readonly GoalRow[] = GOALS,
): readonly string[] {
  const shown = rows.flatMap((row) => {
    const outcome = outcomes.get(`${row.suite}/${row.case}`);
    return outcome === undefined ? [] : [{ row, outcome }];
  });
  if (shown.length === 0) return [];
  const verdicts = shown.map(({ row, outcome }) => verdict(row, outcome));
  const cells = [
    ["goal", "case", "measured", "goal", ""],
    ...shown.map(({ row, outcome }, i) => [
      row.name,
      `${row.suite}/${row.case}`,
      "figures" in outcome ? times(outcome.figures["ratio"]!.median) : "–",
      `${row.direction === "at least" ? "≥" : "≤"} ${times(row.goal)}`,
      verdicts[i]!,
    ]),
  ];
  const count = (what: string) =>
    verdicts.filter((text) => text.startsWith(what)).length;
  return [
    ...columns(cells),
    ["met", "missed", "skipped", "failed"]
      .filter((what) => count(what) > 0)
      .map((what) => `${count(what)} ${what}`)
      .join(", "),
  ];
}

function verdict(row: GoalRow, outcome: Outcome): string {
  if ("skipped" in outcome) return `skipped: ${outcome.skipped}`;
  if ("failed" in outcome) return "failed";
  return isMet(row, outcome.figures["ratio"]!.median) ? "met" : "missed";
}

function times(ratio: number): string {
  return `${decimals(ratio)} ×`;
}

function columns(cells: readonly (readonly string[])[]): readonly string[] {
  const widths = cells[0]!.map((_, column) =>
    Math.max(...cells.map((row) => row[column]!.length))
  );
  return cells.map((row) =>
    row.map((cell, column) =>
      column === 2 || column === 3
        ? cell.padStart(widths[column]!)
        : cell.padEnd(widths[column]!)
    ).join("  ").trimEnd()
  );
}
