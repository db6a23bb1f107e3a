import { DURATION_BOUNDS } from "./duration_bounds.ts";
import type { SnapshotMessage } from "./snapshot_message.ts";
import { entriesOf, itemsOf, numberOf, tableOf, textOf } from "./untrusted.ts";

/** Labels of one value, in their order. */
export type Labels = Readonly<Record<string, string>>;

/** One value of a metric. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Durations by bucket. */
export interface Histogram {
  readonly labels: Labels;
  /** Numbers by bucket of `DURATION_BOUNDS`, and of everything above. */
  readonly counts: readonly number[];
  /** Sum in seconds. */
  readonly sum: number;
}

/** A metric with all its values. */
export interface Metric {
  /** Name without prefix and suffix, as `messages_published`. */
  readonly name: string;
  readonly help: string;
  readonly kind: "counter" | "gauge" | "histogram";
  /** Unit as a suffix of the name: `seconds`, `bytes`. */
  readonly unit?: string;
  readonly samples: readonly Sample[];
  /** Values of a histogram, in place of `samples`. */
  readonly histograms?: readonly Histogram[];
}

type Table = Readonly<Record<string, unknown>>;

/** Definition of a metric that each entry of a table has one value of. */
type Definition = readonly [
  name: string,
  kind: "counter" | "gauge",
  field: string,
  help: string,
];

const OF_READS: readonly Definition[] = [
  ["messages_delivered", "counter", "count", "Deliveries that loops received."],
  ["messages_redelivered", "counter", "redelivered", "Deliveries again."],
  ["messages_retried", "counter", "retried", "Further attempts of consume."],
  ["messages_dropped", "counter", "dropped", "Messages lost or rejected."],
  ["messages_queued", "gauge", "backlog", "Unread messages in queues."],
  ["messages_in_flight", "gauge", "in_flight", "Deliveries being handled."],
  [
    "publishers_waiting",
    "gauge",
    "waiting_publishers",
    "Publishers that wait for room in a queue.",
  ],
];
const OF_WRITES: readonly Definition[] = [
  ["messages_published", "counter", "count", "Accepted messages."],
  ["publish_failures", "counter", "failed", "Rejected messages."],
  ["publishes_waiting", "gauge", "waiting", "Publishes that wait."],
];
const OF_REQUESTS: readonly Definition[] = [
  ["requests", "counter", "count", "Requests: answered, failed or pending."],
  ["requests_pending", "gauge", "pending", "Requests without an answer."],
];
const OF_HANDLINGS: readonly Definition[] = [
  ["requests_handled", "counter", "handled", "Answered requests."],
  ["handler_failures", "counter", "failed", "Requests whose handler failed."],
  ["handlers_running", "gauge", "running", "Requests being handled."],
];

/**
 * Returns the metrics in the snapshots of one or several processes. The number
 * of values is bounded, since the tables of a snapshot are. Values of another
 * type than expected count as 0: any program can publish on the topic.
 */
export function metricsOf(
  snapshots: readonly SnapshotMessage[],
): readonly Metric[] {
  const processes = snapshots.map((snapshot) => new ProcessMetrics(snapshot));
  const values = (table: string, label: string) => (definition: Definition) => {
    const [name, kind, field, help] = definition;
    const samples = processes.flatMap((process) =>
      process.entries(table, label).map(({ labels, entry }) => ({
        labels,
        value: numberOf(entry[field]),
      }))
    );
    return { name, kind, help, samples };
  };
  return [
    ...OF_WRITES.map(values("writes", "topic")),
    ...OF_READS.map(values("reads", "pattern")),
    ...OF_REQUESTS.map(values("requests", "topic")),
    requestFailures(processes),
    requestDurations(processes),
    ...OF_HANDLINGS.map(values("handlings", "pattern")),
    ...stateMetrics(processes),
  ];
}

interface Entry {
  readonly labels: Labels;
  readonly entry: Table;
}

/** Values of one process, with its labels. */
class ProcessMetrics {
  readonly process: Table;
  readonly labels: Labels;
  readonly #modules: Table;

  constructor(snapshot: unknown) {
    const { process, modules } = tableOf(snapshot) ?? {};
    this.process = tableOf(process) ?? {};
    this.labels = {
      process: textOf(this.process["name"]) || "process",
      instance_id: textOf(this.process["id"]),
    };
    this.#modules = tableOf(modules) ?? {};
  }

  /** Returns the entries of a table of all modules. */
  entries(table: string, label: string): Entry[] {
    return entriesOf(this.#modules).flatMap(([module, counts]) =>
      entriesOf(tableOf(counts)?.[table]).map(([name, entry]) => ({
        labels: { ...this.labels, module, [label]: name },
        entry: tableOf(entry) ?? {},
      }))
    );
  }

  /** Returns the states of all modules. */
  modules(): Entry[] {
    return entriesOf(this.process["modules"]).map(([module, state]) => ({
      labels: { ...this.labels, module },
      entry: tableOf(state) ?? {},
    }));
  }
}

function requestFailures(processes: readonly ProcessMetrics[]): Metric {
  const samples = processes.flatMap((process) =>
    process.entries("requests", "topic").flatMap(({ labels, entry }) =>
      entriesOf(entry["failed"]).map(([code, count]) => ({
        labels: { ...labels, code },
        value: numberOf(count),
      }))
    )
  );
  const help = "Failed requests by error code.";
  return { name: "request_failures", kind: "counter", help, samples };
}

function requestDurations(processes: readonly ProcessMetrics[]): Metric {
  const histograms = processes.flatMap((process) =>
    process.entries("requests", "topic").flatMap(({ labels, entry }) => {
      const counts = itemsOf(entry["durations"]).map(numberOf);
      if (counts.length !== DURATION_BOUNDS.length + 1) return [];
      const sum = numberOf(entry["duration_ms"]) / 1000;
      return [{ labels, counts, sum }];
    })
  );
  return {
    name: "request_duration",
    kind: "histogram",
    unit: "seconds",
    help: "Time from a request to its answer or failure.",
    samples: [],
    histograms,
  };
}

function stateMetrics(processes: readonly ProcessMetrics[]): Metric[] {
  const known = processes.filter(({ process }) => "id" in process);
  const each = (value: (process: Table) => number): Sample[] =>
    known.map(({ labels, process }) => ({ labels, value: value(process) }));
  const ofModules = (value: (state: Table) => number): Sample[] =>
    known.flatMap((process) =>
      process.modules().map(({ labels, entry }) => ({
        labels,
        value: value(entry),
      }))
    );
  const ofBuses = (value: (bus: Table) => number): Sample[] =>
    known.flatMap(({ labels, process }) =>
      itemsOf(process["buses"]).map((each) => {
        const bus = tableOf(each) ?? {};
        const id = textOf(bus["id"]);
        return { labels: { ...labels, bus: id }, value: value(bus) };
      })
    );
  return [
    {
      name: "module_restarts",
      kind: "counter",
      help: "Restarts of a module after a failure.",
      samples: ofModules(({ restarts }) => numberOf(restarts)),
    },
    {
      name: "module_running",
      kind: "gauge",
      help: "1 if the module is running.",
      samples: ofModules(({ state }) => Number(state === "running")),
    },
    {
      name: "module_stuck_queues",
      kind: "gauge",
      help: "Subscriptions of a module that are stuck.",
      samples: ofModules(({ stuck }) => itemsOf(stuck).length),
    },
    {
      name: "bus_connected",
      kind: "gauge",
      help: "1 if the bus can carry messages.",
      samples: ofBuses(({ connected }) => Number(connected === true)),
    },
    {
      name: "dead_letters",
      kind: "counter",
      help: "Messages that became dead letters.",
      samples: ofBuses(({ deadLettered }) => numberOf(deadLettered)),
    },
    {
      name: "late_answers",
      kind: "counter",
      help: "Answers to requests that no longer waited.",
      samples: ofBuses(({ lateAnswers }) => numberOf(lateAnswers)),
    },
    {
      name: "process_ready",
      kind: "gauge",
      help: "1 if the process is ready.",
      samples: each(({ ready }) => Number(ready === true)),
    },
    {
      name: "process_memory",
      kind: "gauge",
      unit: "bytes",
      help: "Resident memory.",
      samples: each(({ memory }) => numberOf(memory)),
    },
    {
      name: "event_loop_delay",
      kind: "gauge",
      unit: "seconds",
      help: "Longest delay of the event loop in the last ten seconds.",
      samples: each(({ loop_delay_ms: delay }) => numberOf(delay) / 1000),
    },
  ];
}
