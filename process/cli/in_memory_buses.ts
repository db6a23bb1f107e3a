import type { ProcessConfig } from "../config/process_config.ts";

/** The ids of the buses that lead nowhere else: what they carry stays in the process. */
export function inMemoryBuses(
  { buses }: Pick<ProcessConfig, "buses">,
): ReadonlySet<string> {
  const own = buses.filter((bus) =>
    bus.className === "in-memory" && bus.import === undefined
  );
  return new Set(own.map(({ id }) => id));
}
