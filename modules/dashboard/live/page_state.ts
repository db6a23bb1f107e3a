import {
  type Chains,
  type ModuleView,
  type ProcessView,
  refKey,
  type Role,
} from "@caryatid/process/internal/snapshots";

/** State of everything except the graph, for the page. */
export interface PageState {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly processes: readonly Omit<ProcessView, "modules">[];
  readonly modules: readonly ModuleRow[];
  readonly chains: readonly ChainRow[];
}

/** One row of the table of modules. */
export interface ModuleRow
  extends
    Omit<ModuleView, "reads" | "writes" | "requests" | "handlings" | "topics"> {
  /** Id of its process. */
  readonly process: string;
  readonly key: string;
  readonly role: Role | undefined;
  /** Deliveries and answered requests per second. */
  readonly in: number;
  /** Publishes and requests per second. */
  readonly out: number;
  /** Messages in its queues. */
  readonly queued: number;
  readonly inFlight: number;
  /** Time of the oldest work in flight, in milliseconds. */
  readonly busyFor: number;
  /** Longest time that one of its calls waits, in milliseconds. */
  readonly waitsFor: number;
  readonly dropped: number;
  /** Further attempts of `consume`. */
  readonly retried: number;
  readonly failed: number;
}

/** A chain of waits. */
export interface ChainRow {
  /** Keys of the modules, the stuck one last. */
  readonly path: readonly string[];
  /** Topic of each wait, and whether it is a request. */
  readonly topics: readonly { topic: string; isRequest: boolean }[];
  /** Pattern that the stuck module does not read or answer. */
  readonly pattern: string;
  readonly isCycle: boolean;
  /** Milliseconds. */
  readonly time: number;
}

/** Maximum number of chains on the page. */
const MAX_CHAINS = 20;

/** Returns the state for the page. */
export function pageState(
  processes: readonly ProcessView[],
  { chains, roles }: Chains,
): PageState {
  return {
    time: Date.now(),
    processes: processes.map(({ modules: _, ...process }) => process),
    modules: processes.flatMap((process) =>
      process.modules.map((module) => rowOf(process.id, module, roles))
    ),
    chains: chains.slice(0, MAX_CHAINS).map(
      ({ waits, root, isCycle, time }) => ({
        path: [...waits.map(({ from }) => from), root].map(refKey),
        topics: waits.map(({ topic, isRequest }) => ({ topic, isRequest })),
        pattern: waits.at(-1)!.pattern,
        isCycle,
        time,
      }),
    ),
  };
}

function rowOf(
  process: string,
  { reads, writes, requests, handlings, topics: _, ...status }: ModuleView,
  roles: Chains["roles"],
): ModuleRow {
  const key = refKey({ process, module: status.id });
  return {
    ...status,
    process,
    key,
    role: roles.get(key),
    in: sum(reads, "rate") + sum(handlings, "rate"),
    out: sum(writes, "rate") + sum(requests, "rate"),
    queued: sum(reads, "queued"),
    inFlight: sum(reads, "inFlight") + sum(handlings, "running"),
    busyFor: most(reads, "inFlightFor"),
    waitsFor: Math.max(
      most(writes, "pendingFor"),
      most(requests, "pendingFor"),
    ),
    dropped: sum(reads, "dropped"),
    retried: sum(reads, "retried"),
    failed: sum(writes, "failed") + sum(requests, "failed") +
      sum(handlings, "failed"),
  };
}

function sum<K extends string>(
  all: readonly Readonly<Record<K, number>>[],
  key: K,
): number {
  return all.reduce((total, one) => total + one[key], 0);
}

function most<K extends string>(
  all: readonly Readonly<Record<K, number>>[],
  key: K,
): number {
  return all.reduce((largest, one) => Math.max(largest, one[key]), 0);
}
