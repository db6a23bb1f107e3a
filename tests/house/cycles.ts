import type { Import } from "./import_graph.ts";

/**
 * Returns a shortest cycle of each group of files that import each other, as
 * the files in order; the first file is repeated at the end.
 */
export function findCycles(imports: readonly Import[]): string[][] {
  const targets = Map.groupBy(imports, ({ from }) => from);
  const next = (file: string) =>
    (targets.get(file) ?? []).map(({ to }) => to).toSorted();
  const cycles: string[][] = [];
  const covered = new Set<string>();
  for (const file of [...targets.keys()].toSorted()) {
    if (covered.has(file)) continue;
    const cycle = shortestWayBack(file, next);
    if (cycle === undefined) continue;
    for (const member of cycle) covered.add(member);
    cycles.push(cycle);
  }
  return cycles;
}

/** Finds the way from `start` to itself by breadth-first search. */
function shortestWayBack(
  start: string,
  next: (file: string) => readonly string[],
): string[] | undefined {
  const previous = new Map<string, string>();
  let frontier = [start];
  while (frontier.length > 0) {
    const reached: string[] = [];
    for (const file of frontier) {
      for (const target of next(file)) {
        if (target === start) return [...wayTo(file, previous), start];
        if (previous.has(target)) continue;
        previous.set(target, file);
        reached.push(target);
      }
    }
    frontier = reached;
  }
  return undefined;
}

function wayTo(file: string, previous: ReadonlyMap<string, string>): string[] {
  const way: string[] = [];
  let at: string | undefined = file;
  while (at !== undefined) {
    way.unshift(at);
    at = previous.get(at);
  }
  return way;
}
