import { patternsOverlap } from "@caryatid/sdk";
import type { ModuleView, ProcessView } from "./views.ts";

/** Time after which a wait counts, in milliseconds. */
const WAIT_AFTER = 1_000;

/** A module of a process. */
export interface ModuleRef {
  /** Id of the process. */
  readonly process: string;
  readonly module: string;
}

/** A module that waits for another one. */
export interface Wait {
  readonly from: ModuleRef;
  readonly to: ModuleRef;
  /** True if it waits for an answer, false if it waits for room in a queue. */
  readonly isRequest: boolean;
  /** Topic of the publish or request. */
  readonly topic: string;
  /** Pattern of the subscription or handler that does not progress. */
  readonly pattern: string;
  /** Time since the first call waits, in milliseconds. */
  readonly time: number;
}

/** A stuck module with the modules that wait for it. */
export interface Chain {
  /** Waits along the chain; the last one ends at the stuck module. */
  readonly waits: readonly Wait[];
  /** The module for which all others wait. */
  readonly root: ModuleRef;
  /** True if the root waits for a module of the chain: a deadlock. */
  readonly isCycle: boolean;
  /** Longest wait of the chain, in milliseconds. */
  readonly time: number;
}

/** Part of a module in the chains. */
export type Role = "stuck" | "waiting";

/** Result of {@linkcode findChains}. */
export interface Chains {
  /** Chains, the longest wait first. */
  readonly chains: readonly Chain[];
  /** Role of each module in a chain, by {@linkcode refKey}. */
  readonly roles: ReadonlyMap<string, Role>;
}

/** Returns a text that identifies a module on a bus. */
export function refKey({ process, module }: ModuleRef): string {
  return `${process}/${module}`;
}

/**
 * Finds modules that wait for others longer than {@linkcode WAIT_AFTER}, and
 * follows the waits to the modules that cause them.
 */
export function findChains(processes: readonly ProcessView[]): Chains {
  const waits = processes.flatMap((process) => waitsOf(process, processes));
  const byFrom = Map.groupBy(waits, ({ from }) => refKey(from));
  const waitedFor = new Map(waits.map(({ to }) => [refKey(to), to]));
  const chains: Chain[] = [];
  const covered = new Set<string>();
  const heads = [...byFrom.keys()].filter((key) => !waitedFor.has(key));
  for (const key of [...heads, ...byFrom.keys()]) {
    if (covered.has(key)) continue;
    chains.push(follow(byFrom.get(key)!, byFrom, covered));
  }
  const roles = new Map<string, Role>();
  for (const { from } of waits) roles.set(refKey(from), "waiting");
  for (const { root, isCycle, waits } of chains) {
    roles.set(refKey(root), "stuck");
    if (isCycle) {
      for (const { from } of cycleOf(waits, root)) {
        roles.set(refKey(from), "stuck");
      }
    }
  }
  return { chains: chains.sort((a, b) => b.time - a.time), roles };
}

/** Follows the longest wait of each module. */
function follow(
  first: readonly Wait[],
  byFrom: ReadonlyMap<string, readonly Wait[]>,
  covered: Set<string>,
): Chain {
  const waits: Wait[] = [];
  const seen = new Set<string>();
  let next: readonly Wait[] | undefined = first;
  let root = first[0]!.from;
  let isCycle = false;
  while (next !== undefined) {
    const wait: Wait = longest(next);
    waits.push(wait);
    seen.add(refKey(wait.from));
    covered.add(refKey(wait.from));
    root = wait.to;
    isCycle = seen.has(refKey(root));
    next = isCycle ? undefined : byFrom.get(refKey(root));
  }
  return { waits, root, isCycle, time: longest(waits).time };
}

function cycleOf(waits: readonly Wait[], root: ModuleRef): readonly Wait[] {
  const start = waits.findIndex(({ from }) => refKey(from) === refKey(root));
  return start < 0 ? [] : waits.slice(start);
}

function longest(waits: readonly Wait[]): Wait {
  return waits.reduce((a, b) => b.time > a.time ? b : a);
}

function waitsOf(
  process: ProcessView,
  processes: readonly ProcessView[],
): Wait[] {
  return process.modules.flatMap((module) => [
    ...publishWaits(process, module),
    ...requestWaits(process, module, processes),
  ]);
}

/**
 * A full queue blocks publishers of the same process only; a module can also
 * wait for its own queue.
 */
function publishWaits(process: ProcessView, module: ModuleView): Wait[] {
  const from = { process: process.id, module: module.id };
  return module.writes
    .filter(({ waiting, pendingFor }) =>
      waiting > 0 && pendingFor >= WAIT_AFTER
    )
    .flatMap(({ topic, waitsFor, pendingFor: time }) =>
      waitsFor.map((queue) => ({
        from,
        to: { process: process.id, module: queue.module },
        isRequest: false,
        topic,
        pattern: queue.pattern,
        time,
      }))
    );
}

/**
 * The answer of a request can come from any process. Modules that work on a
 * request of the topic may be the one that answers.
 */
function requestWaits(
  process: ProcessView,
  module: ModuleView,
  processes: readonly ProcessView[],
): Wait[] {
  const from = { process: process.id, module: module.id };
  return module.requests
    .filter(({ pending, pendingFor }) =>
      pending > 0 && pendingFor >= WAIT_AFTER
    )
    .flatMap(({ topic, pendingFor: time }) =>
      handlersOf(topic, processes).map(({ to, pattern }) => ({
        from,
        to,
        isRequest: true,
        topic,
        pattern,
        time,
      }))
    );
}

function handlersOf(
  topic: string,
  processes: readonly ProcessView[],
): { to: ModuleRef; pattern: string }[] {
  return processes.flatMap((process) =>
    process.modules.flatMap(({ id, handlings }) =>
      handlings
        .filter(({ pattern, running }) =>
          running > 0 && mayMeet(pattern, topic)
        )
        .map(({ pattern }) => ({
          to: { process: process.id, module: id },
          pattern,
        }))
    )
  );
}

/** Returns true if a message on `topic` can reach `pattern`. */
export function mayMeet(pattern: string, topic: string): boolean {
  try {
    return patternsOverlap(pattern, topic);
  } catch {
    return false; // the name that counts further topics together
  }
}
