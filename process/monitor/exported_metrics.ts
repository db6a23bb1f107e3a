import { metrics, type ObservableResult } from "@opentelemetry/api";
import { VERSION } from "../platform/version.ts";
import {
  type Histogram,
  type Metric,
  metricsOf,
} from "../snapshots/metrics.ts";
import type { SnapshotMessage } from "../snapshots/snapshot_message.ts";

type Instrument = ReturnType<
  ReturnType<typeof metrics.getMeter>["createObservableCounter"]
>;
/** Returns the metric with the current values. */
type Read = () => Metric | undefined;

const ABOUT_HISTOGRAM = "Number of them, and their sum as another metric.";

/**
 * Offers the metrics of a process to an SDK of OpenTelemetry, which reads them
 * when it exports. They are the values of the snapshot: nothing is counted
 * again.
 */
export class ExportedMetrics {
  readonly #snapshot: () => SnapshotMessage;
  readonly #release: (() => void)[] = [];
  /**
   * Metrics of this turn of the event loop: one snapshot serves all of them.
   */
  #read: ReadonlyMap<string, Metric> | undefined;

  /** Registers the metrics that a snapshot has. `snapshot` returns one. */
  constructor(snapshot: () => SnapshotMessage) {
    this.#snapshot = snapshot;
    const meter = metrics.getMeter("@caryatid/process", VERSION);
    for (const { name, kind, help, unit } of metricsOf([snapshot()])) {
      const read: Read = () => this.#metrics().get(name);
      const options = { description: help, unit: unitOf(unit) };
      const full = `caryatid.${name}`;
      if (kind === "gauge") {
        this.#observe(meter.createObservableGauge(full, options), read);
      } else if (kind === "counter") {
        this.#observe(meter.createObservableCounter(full, options), read);
      } else {
        const count = { description: ABOUT_HISTOGRAM };
        this.#observe(
          meter.createObservableCounter(`${full}.count`, count),
          read,
          ({ counts }) => counts.reduce((sum, more) => sum + more, 0),
        );
        this.#observe(
          meter.createObservableCounter(`${full}.sum`, options),
          read,
          ({ sum }) => sum,
        );
      }
    }
  }

  /** Withdraws the metrics. Harmless twice. */
  stop(): void {
    for (const release of this.#release.splice(0)) release();
  }

  #observe(
    instrument: Instrument,
    read: Read,
    valueOf?: (histogram: Histogram) => number,
  ): void {
    const callback = (result: ObservableResult) => {
      const { samples = [], histograms = [] } = read() ?? {};
      for (const { labels, value } of samples) result.observe(value, labels);
      if (valueOf === undefined) return;
      for (const histogram of histograms) {
        result.observe(valueOf(histogram), histogram.labels);
      }
    };
    instrument.addCallback(callback);
    this.#release.push(() => instrument.removeCallback(callback));
  }

  #metrics(): ReadonlyMap<string, Metric> {
    if (this.#read === undefined) {
      const all = metricsOf([this.#snapshot()]);
      this.#read = new Map(all.map((metric) => [metric.name, metric]));
      setTimeout(() => this.#read = undefined, 0);
    }
    return this.#read;
  }
}

/** Returns the unit as the SDK expects it. */
function unitOf(unit: string | undefined): string {
  return unit === "seconds" ? "s" : unit === "bytes" ? "By" : "1";
}
