import type { BusHealth, Health, ModuleHealth } from "../health.ts";

/** Returns the health of a process with these buses and modules. */
export function healthOf(
  buses: readonly BusHealth[],
  modules: readonly ModuleHealth[],
): Health {
  const problems = [
    ...buses.filter(({ connected }) => !connected).map(({ id, reason }) =>
      `bus "${id}" is not connected: ${reason ?? "no reason is known"}`
    ),
    ...modules.filter(({ state }) => !STARTED.has(state)).map((
      { id, state },
    ) => `module "${id}" is ${state}`),
    ...modules.flatMap(({ id, stuck }) =>
      stuck.map((pattern) => `queue "${pattern}" of module "${id}" is stuck`)
    ),
  ];
  return { ready: problems.length === 0, problems, buses, modules };
}

/**
 * A module that failed and is ignored does not make its process unready: the
 * configuration says so.
 */
const STARTED: ReadonlySet<string> = new Set(["running", "failed"]);
