import {
  type Chains,
  mayMeet,
  type ProcessView,
  refKey,
  type Role,
} from "@caryatid/process/internal/snapshots";
import { type Flow, flowOf, type Sink, type Source } from "./flow.ts";

/** Maximum number of topic nodes that are drawn. */
const MAX_NODES = 80;
/** Maximum number of topics that a node names. */
const MAX_NAMES = 40;

/**
 * Topics with the same senders and receivers, drawn as one node: so 1,000
 * topics stay readable.
 */
export interface TopicNode {
  readonly id: string;
  readonly label: string;
  /** Number of topics. */
  readonly count: number;
  readonly names: readonly string[];
  readonly isRequest: boolean;
  /** Messages per second. */
  readonly rate: number;
  /** True if messages can reach other processes. */
  readonly leaves: boolean;
}

/** Edge between a module and a topic node. */
export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  readonly rate: number;
  /** True once messages have passed; a declared edge without any is dotted. */
  readonly used: boolean;
  readonly queued: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Present if the edge is part of a chain of waits. */
  readonly role?: Role;
}

/**
 * Graph of the page. The nodes of modules are those of the table of modules.
 */
export interface Graph {
  readonly topics: readonly TopicNode[];
  readonly edges: readonly FlowEdge[];
  /** Keys of modules with an edge. */
  readonly modules: readonly string[];
  /** Number of topics that are not drawn. */
  readonly hidden: number;
}

interface Group {
  readonly id: string;
  readonly isRequest: boolean;
  readonly sources: Source[];
  readonly sinks: readonly Sink[];
}

/** Draws the flow of messages from the counts of all processes. */
export class FlowGraph {
  /** Sinks by topic, as long as the patterns stay the same. */
  readonly #known = new Map<string, readonly number[]>();
  #patterns = "";

  /** Returns the graph at this moment. */
  draw(processes: readonly ProcessView[], chains: Chains): Graph {
    const flow = flowOf(processes);
    const groups = this.#groups(flow);
    const waits = new Set(
      chains.chains.flatMap(({ waits }) =>
        waits.flatMap(({ from, to, topic }) => [
          `${refKey(from)}\n${topic}`,
          `${topic}\n${refKey(to)}`,
        ])
      ),
    );
    const drawn = groups
      .map((group) => ({ group, isHot: isWaiting(group, waits) }))
      .sort((a, b) => Number(b.isHot) - Number(a.isHot));
    const kept = drawn.slice(0, MAX_NODES).map(({ group }) => group);
    const shares = queueShares(kept);
    const edges = kept.flatMap((group) => edgesOf(group, waits, shares));
    const modules = new Set(edges.flatMap(({ from, to }) => [from, to]));
    const topics = kept.map(nodeOf);
    for (const { id } of topics) modules.delete(id);
    const left = drawn.slice(MAX_NODES)
      .reduce((sum, { group }) => sum + topicsOf(group).size, 0);
    return { topics, edges, modules: [...modules], hidden: flow.hidden + left };
  }

  #groups({ sources, sinks }: Flow): Group[] {
    this.#forget(sinks);
    const byTopic = Map.groupBy(
      sources,
      ({ topic, isRequest }) => `${isRequest ? "?" : "!"}${topic}`,
    );
    const groups = new Map<string, Group>();
    const reached = new Set<Sink>();
    for (const [name, senders] of byTopic) {
      const found = this.#sinksOf(name, senders[0]!, sinks)
        .filter((sink) =>
          senders.some(({ process, leaves }) =>
            leaves || process === sink.process
          )
        );
      found.forEach((sink) => reached.add(sink));
      const id = groupKey(name, senders, found);
      const group = groups.get(id);
      if (group) group.sources.push(...senders);
      else {
        groups.set(id, {
          id,
          isRequest: senders[0]!.isRequest,
          sources: [...senders],
          sinks: found,
        });
      }
    }
    const quiet = sinks.filter((sink) => !reached.has(sink)).map((sink) => ({
      id: `quiet:${sink.module}:${sink.isRequest}:${sink.pattern}`,
      isRequest: sink.isRequest,
      sources: [],
      sinks: [sink],
    }));
    return [...groups.values(), ...quiet];
  }

  #sinksOf(name: string, source: Source, sinks: readonly Sink[]): Sink[] {
    let known = this.#known.get(name);
    if (known === undefined) {
      known = sinks.flatMap((sink, index) =>
        sink.isRequest === source.isRequest &&
          mayMeet(sink.pattern, source.topic)
          ? [index]
          : []
      );
      this.#known.set(name, known);
    }
    return known.map((index) => sinks[index]!);
  }

  #forget(sinks: readonly Sink[]): void {
    const patterns = sinks.map(({ module, pattern, isRequest }) =>
      `${module} ${isRequest} ${pattern}`
    ).join("\n");
    if (patterns === this.#patterns && this.#known.size < 10_000) return;
    this.#patterns = patterns;
    this.#known.clear();
  }
}

function groupKey(
  name: string,
  senders: readonly Source[],
  sinks: readonly Sink[],
): string {
  const from = senders.map(({ module }) => module).sort().join();
  const to = sinks.map(({ module, pattern }) => `${module}:${pattern}`).sort();
  const isUsed = senders.some(({ count }) => count > 0);
  return `${name[0]}${isUsed}${from}>${to.join()}`;
}

function nodeOf({ id, isRequest, sources, sinks }: Group): TopicNode {
  const names = [...new Set(sources.map(({ topic }) => topic))];
  return {
    id,
    isRequest,
    label: labelOf(names.length > 0 ? names : [sinks[0]!.pattern]),
    count: Math.max(1, names.length),
    names: names.slice(0, MAX_NAMES),
    rate: sources.reduce((sum, { rate }) => sum + rate, 0),
    leaves: sources.some(({ leaves }) => leaves),
  };
}

/**
 * Returns the name, or the words that all names share and how many there are.
 */
function labelOf(names: readonly string[]): string {
  const [first = ""] = names;
  if (names.length === 1) return first;
  const words = first.split(".");
  let shared = 0;
  while (
    shared < words.length &&
    names.every((name) => name.split(".")[shared] === words[shared])
  ) shared++;
  return [...words.slice(0, shared), "#"].join(".");
}

function topicsOf({ sources }: Group): Set<string> {
  return new Set(sources.map(({ topic }) => topic));
}

function isWaiting(group: Group, waits: ReadonlySet<string>): boolean {
  return group.sources.some(({ module, topic }) =>
    waits.has(`${module}\n${topic}`)
  );
}

/**
 * A queue belongs to a pattern, and a pattern can receive several groups: the
 * queue is drawn at the group with most messages, the rate is shared.
 */
function queueShares(groups: readonly Group[]): (sink: Sink, group: Group) => {
  rate: number;
  isFirst: boolean;
} {
  const rates = new Map<Group, number>();
  const totals = new Map<Sink, { rate: number; first: Group; most: number }>();
  for (const group of groups) {
    const rate = group.sources.reduce((sum, { rate }) => sum + rate, 0);
    rates.set(group, rate);
    for (const sink of group.sinks) {
      const total = totals.get(sink) ?? { rate: 0, first: group, most: -1 };
      const isMore = rate > total.most;
      totals.set(sink, {
        rate: total.rate + rate,
        first: isMore ? group : total.first,
        most: Math.max(rate, total.most),
      });
    }
  }
  return (sink, group) => {
    const { rate, first } = totals.get(sink)!;
    const share = rate > 0 ? rates.get(group)! / rate : 0;
    return { rate: sink.rate * share, isFirst: first === group };
  };
}

function edgesOf(
  group: Group,
  waits: ReadonlySet<string>,
  shares: ReturnType<typeof queueShares>,
): FlowEdge[] {
  const { id, sources, sinks } = group;
  const isTraveled = sources.some(({ count }) => count > 0);
  const waitingTopics = [...topicsOf(group)];
  const sent = [...Map.groupBy(sources, ({ module }) => module)].map(
    ([from, all]) => ({
      from,
      to: id,
      rate: all.reduce((sum, { rate }) => sum + rate, 0),
      used: all.some(({ count }) => count > 0),
      waiting: all.reduce((sum, { waiting }) => sum + waiting, 0),
      queued: 0,
      inFlight: 0,
      ...all.some(({ topic }) => waits.has(`${from}\n${topic}`)) &&
        { role: "waiting" as const },
    }),
  );
  const received = sinks.map((sink) => {
    const { rate, isFirst } = shares(sink, group);
    const isStuck = waitingTopics.some((topic) =>
      waits.has(`${topic}\n${sink.module}`)
    );
    return {
      from: id,
      to: sink.module,
      rate,
      used: isTraveled && sink.count > 0,
      waiting: 0,
      queued: isFirst ? sink.queued : 0,
      inFlight: isFirst ? sink.inFlight : 0,
      ...isStuck && { role: "stuck" as const },
    };
  });
  return [...sent, ...received];
}
