import type { Conditions, Machine } from "../conditions.ts";
import type { MeasuredCurve } from "./curve.ts";
import type { Costs } from "./model.ts";

/** Results of `deno task bench scale`, as JSON. */
export interface ScaleResults {
  readonly machine: Machine;
  readonly conditions: Conditions;
  readonly curves: readonly MeasuredCurve[];
  readonly costs: Costs;
}

/** Folder of the pages that `--write` writes. */
export const EVIDENCE: URL = new URL(
  "../../../docs/evidence/",
  import.meta.url,
);

/** The results from which docs/evidence/scale.md is written. */
export const SCALE_RESULTS: URL = new URL("scale.json", EVIDENCE);
