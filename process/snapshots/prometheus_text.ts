import { DURATION_BOUNDS } from "./duration_bounds.ts";
import {
  type Histogram,
  type Labels,
  type Metric,
  metricsOf,
} from "./metrics.ts";
import type { SnapshotMessage } from "./snapshot_message.ts";

/** Media type of {@linkcode prometheusText}. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Returns the metrics of one or several processes in the text format of
 * Prometheus, version 0.0.4. Names of modules, topics and codes are escaped.
 *
 * @param snapshots latest snapshot of each process
 */
export function prometheusText(snapshots: readonly SnapshotMessage[]): string {
  return metricsOf(snapshots).map(familyText).join("");
}

function familyText(metric: Metric): string {
  const { help, kind, samples, histograms = [] } = metric;
  if (samples.length + histograms.length === 0) return "";
  const name = fullName(metric);
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`];
  for (const { labels, value } of samples) {
    lines.push(line(name, labels, value));
  }
  for (const histogram of histograms) lines.push(...buckets(name, histogram));
  return `${lines.join("\n")}\n`;
}

function fullName({ name, unit, kind }: Metric): string {
  const parts = ["caryatid", name, unit, kind === "counter" && "total"];
  return parts.filter(Boolean).join("_");
}

/** Returns the lines of a histogram, whose buckets are cumulative. */
function buckets(name: string, { labels, counts, sum }: Histogram): string[] {
  let count = 0;
  const lines = counts.map((more, i) => {
    count += more;
    const bound = DURATION_BOUNDS[i];
    const le = bound === undefined ? "+Inf" : String(bound / 1000);
    return line(`${name}_bucket`, { ...labels, le }, count);
  });
  return [
    ...lines,
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, count),
  ];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels)
    .map(([key, text]) => `${key}="${escape(text)}"`);
  return `${name}{${pairs.join(",")}} ${value}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
};

/** Escapes the value of a label. A lone surrogate is not valid UTF-8. */
function escape(text: string): string {
  return text.toWellFormed().replace(/[\\"\n]/g, (found) => ESCAPES[found]!);
}
