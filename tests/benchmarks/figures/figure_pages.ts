import { type FigureRow, hasGoal, isMet, ROWS } from "../goals/goal_table.ts";
import type { Results } from "../results/results.ts";
import { SUITES } from "../suites.ts";
import { byUnit, decimals } from "../units.ts";
import { markdownTable } from "./fill_page.ts";

type Measured = Extract<Results["cases"][string], { figures: unknown }>;

/** Returns the generated parts of docs/evidence/figures.md. */
export function figureParts(
  results: Results,
): Readonly<Record<string, string>> {
  return { conditions: conditions(results), figures: chapters(results) };
}

function conditions({ machine, cases }: Results): string {
  const all = Object.values(cases);
  const dates = all.map(({ date }) => date.slice(0, 10)).sort();
  const commits = [...new Set(all.map(({ commit }) => commit))];
  const loads = all.map(({ load }) => load);
  const { deno, cores, cpu } = machine;
  return `Deno ${deno} on ${cores} cores of an ${cpu}, ${
    range(dates[0]!, dates.at(-1)!)
  }, ${commits.length === 1 ? "commit" : "commits"} ${commits.join(", ")}. ` +
    `The load average was ${
      range(Math.min(...loads).toFixed(1), Math.max(...loads).toFixed(1))
    }.`;
}

function range(from: string, to: string): string {
  return from === to ? from : `${from} to ${to}`;
}

function chapters(results: Results): string {
  return SUITES.flatMap(({ name, about }) => {
    const rows = ROWS.filter(({ suite }) => suite === name).flatMap((row) => {
      const found = measured(results, row);
      return found ? [tableRow(row, found)] : [];
    });
    const head = ["Case", "Benchmark", "Caryatid", "Compared with", "Goal"];
    return rows.length === 0
      ? []
      : [`## ${name}: ${about}`, markdownTable(head, rows)];
  }).join("\n\n");
}

function tableRow(row: FigureRow, found: Measured): readonly string[] {
  return [
    row.name,
    `\`${row.case}\``,
    value(found),
    ratioText(row, found),
    goalText(row, found),
  ];
}

function measured(results: Results, row: FigureRow): Measured | undefined {
  const found = results.cases[`${row.suite}/${row.case}`];
  return found && "figures" in found ? found : undefined;
}

/** The first figure is that of Caryatid. */
function value({ figures, unit }: Measured): string {
  return byUnit[unit](Object.values(figures)[0]!.median);
}

function ratioText({ compared }: FigureRow, { figures }: Measured): string {
  const ratio = figures["ratio"];
  return compared === undefined || ratio === undefined
    ? ""
    : `${decimals(ratio.median)} × ${compared}`;
}

function goalText(row: FigureRow, { figures }: Measured): string {
  if (!hasGoal(row)) return "";
  const sign = row.direction === "at least" ? "≥" : "≤";
  const met = isMet(row, figures["ratio"]!.median) ? "met" : "missed";
  return `${sign} ${decimals(row.goal)}: ${met}`;
}
