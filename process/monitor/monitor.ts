import type { MonitorSnapshot } from "./snapshot.ts";

/** Who reads and writes what in a process, and who waits for whom. */
export interface Monitor {
  /** Whether it is on: whether the configuration has a `[monitor]`. */
  readonly enabled: boolean;
  /** Snapshots that weren't published, since the bus had no room or refused them. */
  readonly dropped: number;
  /** What is known at this moment; no modules where it is off. */
  snapshot(): MonitorSnapshot;
}

/** The monitor of a process whose configuration has no `[monitor]`: nothing is counted. */
export const OFF: Monitor = {
  enabled: false,
  dropped: 0,
  snapshot: () => ({ time: Date.now(), modules: Object.create(null) }),
};
