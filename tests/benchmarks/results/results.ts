import type { Conditions, Machine } from "../conditions.ts";
import type { Outcome } from "../harness.ts";

/** Figures of a run of `deno task bench`, as JSON. */
export interface Results {
  readonly machine: Machine;
  /** Results by the full name of the case. */
  readonly cases: Readonly<Record<string, Outcome & Conditions>>;
}

/** Results of the last run. Git ignores it. */
export const LAST: URL = new URL(
  "../../../bench_results.json",
  import.meta.url,
);

/** Results from which the figures of README.md and docs are written. */
export const COMMITTED: URL = new URL(
  "../../../docs/evidence/figures.json",
  import.meta.url,
);

/** Reads results. Returns undefined without the file. */
export async function readResults(
  file: URL | string,
): Promise<Results | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes results, with numbers of four digits: more is noise. */
export async function writeResults(
  file: URL | string,
  results: Results,
): Promise<void> {
  const text = JSON.stringify(
    results,
    (_, value) =>
      typeof value === "number" ? Number(value.toPrecision(4)) : value,
    2,
  );
  await Deno.writeTextFile(file, text + "\n");
}

/**
 * Names of the cases that other programs have disturbed: cases in wall time,
 * while the load exceeded the cores. A benchmark of two processes needs two
 * cores itself.
 */
export function disturbedCases({ machine, cases }: Results): readonly string[] {
  return Object.entries(cases).flatMap(([name, one]) => {
    const isDisturbed = "figures" in one && one.clock === "wall" &&
      !["B", "MB"].includes(one.unit) && one.load > 1.5 * machine.cores;
    return isDisturbed ? [name] : [];
  });
}

/** Results without these cases. */
export function withoutCases(
  { machine, cases }: Results,
  names: readonly string[],
): Results {
  const kept = Object.entries(cases).filter(([name]) => !names.includes(name));
  return { machine, cases: Object.fromEntries(kept) };
}

/**
 * Adds results to earlier ones of the same machine and versions. A case that
 * was skipped or failed keeps its earlier figures. Without such earlier results
 * only the new ones remain, since figures of two machines do not compare.
 */
export function mergeResults(
  earlier: Results | undefined,
  later: Results,
): Results {
  const { cpu, cores, deno } = later.machine;
  const same = earlier?.machine.cpu === cpu &&
    earlier.machine.cores === cores && earlier.machine.deno === deno;
  const measured = Object.entries(later.cases)
    .filter(([, outcome]) => "figures" in outcome);
  const cases = { ...same && earlier.cases, ...Object.fromEntries(measured) };
  return {
    machine: later.machine,
    cases: Object.fromEntries(
      Object.entries(cases).sort(([a], [b]) => a < b ? -1 : 1),
    ),
  };
}
