import type { ModuleState, Topics } from "@caryatid/sdk";
import {
  entriesOf,
  itemsOf,
  listsOf,
  numberOf,
  tableOf,
  textOf,
  textsOf,
} from "./untrusted.ts";
import type {
  BusView,
  HandlingView,
  ModuleView,
  ProcessView,
  ReadView,
  RequestView,
  WriteView,
} from "./views.ts";

const STATES: ReadonlySet<unknown> = new Set<ModuleState>([
  "pending",
  "starting",
  "running",
  "restarting",
  "failed",
  "stopped",
]);

/**
 * Reads a message of the snapshot topic. Returns undefined if it is not a
 * snapshot. Fields of another type count as missing, and long texts are cut:
 * any program can publish on the topic.
 *
 * @param before the previous view of the same process, for rates of requests
 */
export function readSnapshot(
  message: unknown,
  before?: ProcessView,
): ProcessView | undefined {
  const root = tableOf(message);
  const counts = tableOf(root?.["modules"]);
  if (root === undefined || counts === undefined) return undefined;
  const process = tableOf(root["process"]) ?? {};
  const id = textOf(process["id"]) || "unknown";
  const time = numberOf(root["timestamp_ms"]);
  const seconds = before ? (time - before.time) / 1000 : 0;
  const known = new Map(entriesOf(process["modules"]));
  const counted = new Map(entriesOf(counts));
  const ids = [...new Set([...known.keys(), ...counted.keys()])];
  return {
    id,
    time,
    name: textOf(process["name"]) || "process",
    pid: numberOf(process["pid"]),
    started: numberOf(process["started_ms"]),
    memory: numberOf(process["memory"]),
    cpu: numberOf(process["cpu"]),
    ready: process["ready"] !== false,
    problems: textsOf(process["problems"]),
    buses: itemsOf(process["buses"]).map(readBus),
    routes: itemsOf(process["routes"]).map((route) => ({
      pattern: textOf(tableOf(route)?.["pattern"]),
      buses: textsOf(tableOf(route)?.["buses"]),
    })),
    control: textsOf(process["control"]),
    modules: ids.map((id) => {
      const past = before?.modules.find((module) => module.id === id);
      const table = tableOf(counted.get(id)) ?? {};
      return {
        ...readStatus(id, known.get(id)),
        ...readCounts(table, past, seconds),
      };
    }),
  };
}

function readBus(value: unknown): BusView {
  const bus = tableOf(value) ?? {};
  const reason = textOf(bus["reason"]);
  return {
    id: textOf(bus["id"]),
    className: textOf(bus["class"]),
    connected: bus["connected"] === true,
    ...reason !== "" && { reason },
  };
}

type Status = Omit<ModuleView, "reads" | "writes" | "requests" | "handlings">;

function readStatus(id: string, value: unknown): Status {
  const status = tableOf(value) ?? {};
  const { state, granted, topics, memory, cores, jail } = status;
  return {
    id,
    className: textOf(status["class"]),
    state: STATES.has(state) ? state as ModuleState : "unknown",
    paused: status["paused"] === true,
    restarts: numberOf(status["restarts"]),
    errors: itemsOf(status["errors"]).map((error) => ({
      time: numberOf(tableOf(error)?.["time_ms"]),
      code: textOf(tableOf(error)?.["code"]),
      message: textOf(tableOf(error)?.["message"]),
    })),
    stuck: textsOf(status["stuck"]),
    isolation: textOf(status["isolation"]) || "none",
    jail: textOf(jail) || undefined,
    memory: memory === undefined ? undefined : numberOf(memory),
    cores: cores === undefined ? undefined : numberOf(cores),
    asked: listsOf(status["asked"]),
    granted: granted === undefined ? undefined : listsOf(granted),
    topics: topics === undefined ? undefined : listsOf(topics) as Topics,
  };
}

function readCounts(
  counts: Readonly<Record<string, unknown>>,
  past: ModuleView | undefined,
  seconds: number,
): Pick<ModuleView, "reads" | "writes" | "requests" | "handlings"> {
  const asked = new Map(past?.requests.map((one) => [one.topic, one.count]));
  const handled = new Map(
    past?.handlings.map((one) => [one.pattern, one.handled]),
  );
  const rate = (count: number, before: number | undefined) =>
    before === undefined || seconds <= 0
      ? 0
      : Math.max(0, count - before) / seconds;
  return {
    reads: entriesOf(counts["reads"]).map(readReads),
    writes: entriesOf(counts["writes"]).map(readWrites),
    requests: entriesOf(counts["requests"]).map(([topic, value]) => {
      const view = readRequests(topic, value);
      return { ...view, rate: rate(view.count, asked.get(topic)) };
    }),
    handlings: entriesOf(counts["handlings"]).map(([pattern, value]) => {
      const view = readHandlings(pattern, value);
      return { ...view, rate: rate(view.handled, handled.get(pattern)) };
    }),
  };
}

function readReads([pattern, value]: [string, unknown]): ReadView {
  const reads = tableOf(value) ?? {};
  return {
    pattern,
    count: numberOf(reads["count"]),
    rate: numberOf(reads["rate"]),
    queued: numberOf(reads["backlog"]),
    inFlight: numberOf(reads["in_flight"]),
    inFlightFor: numberOf(reads["in_flight_ms"]),
    waitingPublishers: numberOf(reads["waiting_publishers"]),
    dropped: numberOf(reads["dropped"]),
    retried: numberOf(reads["retried"]),
  };
}

function readWrites([topic, value]: [string, unknown]): WriteView {
  const writes = tableOf(value) ?? {};
  return {
    topic,
    count: numberOf(writes["count"]),
    rate: numberOf(writes["rate"]),
    waiting: numberOf(writes["waiting"]),
    pendingFor: numberOf(writes["pending"]) / 1000,
    failed: numberOf(writes["failed"]),
    waitsFor: itemsOf(writes["waits_for"]).map((queue) => ({
      module: textOf(tableOf(queue)?.["module"]),
      pattern: textOf(tableOf(queue)?.["pattern"]),
    })),
  };
}

function readRequests(topic: string, value: unknown): RequestView {
  const requests = tableOf(value) ?? {};
  return {
    topic,
    count: numberOf(requests["count"]),
    rate: 0,
    pending: numberOf(requests["pending"]),
    pendingFor: numberOf(requests["pending_ms"]),
    failed: entriesOf(requests["failed"])
      .reduce((sum, [, count]) => sum + numberOf(count), 0),
  };
}

function readHandlings(pattern: string, value: unknown): HandlingView {
  const handlings = tableOf(value) ?? {};
  return {
    pattern,
    handled: numberOf(handlings["handled"]),
    rate: 0,
    failed: numberOf(handlings["failed"]),
    running: numberOf(handlings["running"]),
  };
}
