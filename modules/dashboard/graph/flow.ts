import { topicMatches } from "@caryatid/sdk";
import {
  type ModuleView,
  type ProcessView,
  refKey,
} from "@caryatid/process/internal/snapshots";

/** Topics of the observation itself, which the graph leaves out. */
const INTERNAL =
  /^caryatid\.(monitor|tracing|control)\.|\._routes\.(wanted|declared)$/;
/** Maximum number of topics and of patterns that are looked at. */
const MAX_TOPICS = 2_000;
const MAX_SINKS = 500;

/** A module that publishes or requests on a topic. */
export interface Source {
  /** Key of the module. */
  readonly module: string;
  readonly topic: string;
  readonly isRequest: boolean;
  /** True if messages can reach other processes. */
  readonly leaves: boolean;
  /** Id of the process. */
  readonly process: string;
  /** Calls per second. */
  readonly rate: number;
  /** Number of calls so far. */
  readonly count: number;
  /** Number of calls that wait. */
  readonly waiting: number;
}

/** A subscription or handler of a module. */
export interface Sink {
  readonly module: string;
  readonly pattern: string;
  readonly isRequest: boolean;
  readonly process: string;
  readonly rate: number;
  readonly count: number;
  readonly queued: number;
  readonly inFlight: number;
}

/** Flow of all processes. */
export interface Flow {
  readonly sources: readonly Source[];
  readonly sinks: readonly Sink[];
  /** Number of topics that were left out. */
  readonly hidden: number;
}

/** Collects senders and receivers, declared topics included. */
export function flowOf(processes: readonly ProcessView[]): Flow {
  const sources: Source[] = [];
  const sinks: Sink[] = [];
  const all = processes.flatMap((process) =>
    // The tails of pages would connect a dashboard with everything.
    process.modules.filter(({ className }) => className !== "dashboard")
      .map((module) => ({ process, module }))
  );
  const total = all.reduce((sum, { module }) => sum + topicCount(module), 0);
  const most = total > MAX_TOPICS
    ? Math.ceil(MAX_TOPICS / all.length)
    : MAX_TOPICS;
  let hidden = 0;
  for (const { process, module } of all) {
    const found = sourcesOf(process, module, most);
    hidden += Math.max(0, module.writes.length - most) +
      Math.max(0, module.requests.length - most);
    sources.push(...found);
    sinks.push(...sinksOf(process, module));
  }
  sources.sort(byNeed);
  return { sources, sinks: sinks.slice(0, MAX_SINKS), hidden };
}

function topicCount({ writes, requests }: ModuleView): number {
  return writes.length + requests.length;
}

/** Sorts calls that wait first, and then the most frequent ones. */
function byNeed(a: Used, b: Used): number {
  return b.waiting - a.waiting || b.rate - a.rate || b.count - a.count;
}

type Used = Pick<Source, "waiting" | "rate" | "count">;

/** Keeps `most` topics of each kind. */
function sourcesOf(
  process: ProcessView,
  module: ModuleView,
  most: number,
): Source[] {
  const where = whereOf(process, module);
  const writes = first(module.writes, most);
  const requests = first(
    module.requests.map((one) => ({ ...one, waiting: one.pending })),
    most,
  );
  return [
    ...writes.map((one) => ({ ...one, isRequest: false })),
    ...requests.map((one) => ({ ...one, isRequest: true })),
    ...unused(module.topics?.publish, module.writes, false),
    ...unused(module.topics?.request, module.requests, true),
  ].filter(({ topic }) => !INTERNAL.test(topic))
    .map(({ topic, isRequest, rate, count, waiting }) => ({
      ...where,
      topic,
      isRequest,
      rate,
      count,
      waiting,
      leaves: leavesProcess(topic, process),
    }));
}

function first<T extends Used>(all: readonly T[], most: number): readonly T[] {
  return all.length > most ? all.toSorted(byNeed).slice(0, most) : all;
}

/** Declared patterns of which the module has used no topic. */
function unused(
  patterns: readonly string[] = [],
  used: readonly { readonly topic: string }[],
  isRequest: boolean,
) {
  return patterns.filter((pattern) =>
    !used.some(({ topic }) => matches(pattern, topic))
  ).map((topic) => ({
    topic,
    isRequest,
    rate: 0,
    count: 0,
    waiting: 0,
  }));
}

function sinksOf(process: ProcessView, module: ModuleView): Sink[] {
  const where = whereOf(process, module);
  return [
    ...module.reads.map((
      { pattern, rate, count, queued, inFlight },
    ) => ({
      ...where,
      pattern,
      rate,
      count,
      queued,
      inFlight,
      isRequest: false,
    })),
    ...module.handlings.map(({ pattern, rate, handled, running }) => ({
      ...where,
      pattern,
      rate,
      count: handled,
      queued: 0,
      inFlight: running,
      isRequest: true,
    })),
  ].filter(({ pattern }) => !INTERNAL.test(pattern));
}

function whereOf(process: ProcessView, { id }: ModuleView) {
  return {
    module: refKey({ process: process.id, module: id }),
    process: process.id,
  };
}

/** The first route that matches selects the buses. */
function leavesProcess(topic: string, process: ProcessView): boolean {
  const route = process.routes.find(({ pattern }) => matches(pattern, topic));
  const external = process.buses.filter(({ className }) =>
    className !== "in-memory"
  ).map(({ id }) => id);
  return route?.buses.some((id) => external.includes(id)) ?? false;
}

function matches(pattern: string, topic: string): boolean {
  try {
    return topicMatches(pattern, topic);
  } catch {
    return false; // the name that counts further topics together
  }
}
