/** A curve to measure: a cost or a rate over a size that grows. */
export interface Curve {
  /** Name of its file: `docs/evidence/scale-<name>.svg`. */
  readonly name: string;
  readonly title: string;
  /** Label of the horizontal axis. */
  readonly x: string;
  /** Label of the vertical axis, with the unit. */
  readonly y: string;
  readonly sizes: readonly number[];
  /** Measures at one size: a value for each series. */
  readonly measure: (size: number) => Promise<Readonly<Record<string, number>>>;
  /**
   * Number of measurements of each size, of which the best value counts (3).
   */
  readonly runs?: number;
  /** Selects the best value, since other programs only slow a run. */
  readonly best: "least" | "most";
}

/** A measured curve, as JSON. */
export interface MeasuredCurve {
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly sizes: readonly number[];
  /** A value for each size, by name of the series. */
  readonly series: Readonly<Record<string, readonly number[]>>;
}

/** Measures a curve. `progress` receives a line for each size. */
export async function measureCurve(
  curve: Curve,
  progress: (line: string) => void,
): Promise<MeasuredCurve> {
  const { name, title, x, y, sizes, best, runs = 3 } = curve;
  const series: Record<string, number[]> = {};
  const better = best === "least" ? Math.min : Math.max;
  for (const [i, size] of sizes.entries()) {
    for (let run = 0; run < runs; run++) {
      for (const [key, value] of Object.entries(await curve.measure(size))) {
        const values = series[key] ??= [];
        values[i] = run === 0 ? value : better(values[i]!, value);
      }
    }
    const found = Object.entries(series)
      .map(([key, values]) => `${key} ${values[i]!.toPrecision(3)}`);
    progress(`${name} ${size}: ${found.join(", ")}`);
  }
  return { name, title, x, y, sizes, series };
}
