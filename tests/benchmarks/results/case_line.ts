import type { Case, Outcome, Spread } from "../harness.ts";
import { byUnit, decimals } from "../units.ts";

/** Formats the result of a case as a line. */
export function caseLine(one: Case, outcome: Outcome): string {
  if ("skipped" in outcome) return `${one.name} skipped: ${outcome.skipped}`;
  if ("failed" in outcome) return `${one.name} failed: ${outcome.failed}`;
  const { runs, figures } = outcome;
  const names = Object.keys(figures);
  const text = (name: string, value: number) =>
    name === "ratio" ? decimals(value) : byUnit[one.unit](value);
  const middle = (name: string) => figures[name]!.median;
  const goals = (one.goals ?? []).map((goal) => {
    const { of, least, most } = goal;
    const met = least === undefined ? middle(of) <= most! : middle(of) >= least;
    return `${of === "ratio" || names.length === 1 ? "" : `${of} `}` +
      `${least === undefined ? "≤" : "≥"} ${text(of, (least ?? most)!)}: ` +
      (met ? "met" : "missed");
  });
  const shown = names.includes("ratio") ? "ratio" : names[0]!;
  const range = ({ least, most }: Spread) =>
    `${text(shown, least)}–${text(shown, most)}`;
  return [
    `${one.name} ${
      names.map((name) => `${name}=${text(name, middle(name))}`).join(" ")
    }`,
    `(${runs} ${runs === 1 ? "run" : "runs"}, ${range(figures[shown]!)})`,
    ...(goals.length > 0 ? [`goal ${goals.join(", ")}`] : []),
    ...(one.remark ? [`– ${one.remark}`] : []),
  ].join(" ");
}
