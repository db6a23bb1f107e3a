import { type Clock, type MessageBus, patternsOverlap } from "@caryatid/sdk";
import { loopMonotonic } from "@caryatid/sdk/internal/bus";
import { ModuleCounts } from "./module_counts.ts";
import { MonitoredBus } from "./monitored_bus.ts";
import type { FullQueue, ModuleSnapshot, MonitorSnapshot } from "./snapshot.ts";

/** Shortest interval of a rate, in milliseconds. */
const INTERVAL = 1_000;

/** Maximum number of full queues that are named for one topic. */
const MAX_NAMED = 10;

/** Counts the calls of each module on the bus. */
export class ModuleMonitor {
  readonly #modules = new Map<string, ModuleCounts>();
  readonly #clock: Clock | undefined;
  readonly #now: () => number;
  #intervalBegan: number;

  /** Uses `clock` instead of the system clock, if there is one. */
  constructor(clock: Clock | undefined) {
    this.#clock = clock;
    // Read once per turn of the event loop: reading a clock takes half as long
    // as a publish.
    this.#now = clock ? () => clock.monotonic() : loopMonotonic;
    this.#intervalBegan = this.#now();
  }

  /**
   * Wraps `bus` to count the calls of the module of that id. A restarted module
   * continues its counts.
   */
  watch(id: string, bus: MessageBus): MessageBus {
    const counts = this.#modules.get(id) ?? new ModuleCounts();
    this.#modules.set(id, counts);
    return new MonitoredBus(bus, counts, this.#now);
  }

  /** Returns the counts as they are now. */
  snapshot(): MonitorSnapshot {
    const now = this.#now();
    this.#advance(now);
    const modules = [...this.#modules].sort(([a], [b]) => a < b ? -1 : 1)
      .filter(([id, counts]) => id !== "process" || !counts.empty)
      .map(([id, counts]) => {
        const reads = counts.reads.toTable((count) => count.snapshot(now));
        return { id, counts, reads };
      });
    const full = modules.flatMap(({ id, reads }) => fullQueues(id, reads));
    const fullQueuesFor = (topic: string) =>
      full.filter(({ pattern }) => mayReceive(pattern, topic))
        .slice(0, MAX_NAMED);
    const shown: Record<string, ModuleSnapshot> = Object.create(null);
    for (const { id, counts, reads } of modules) {
      shown[id] = counts.snapshot(now, reads, fullQueuesFor);
    }
    return { time: this.#clock?.now() ?? Date.now(), modules: shown };
  }

  #advance(now: number): void {
    const elapsed = now - this.#intervalBegan;
    if (elapsed < INTERVAL) return;
    this.#intervalBegan = now;
    for (const counts of this.#modules.values()) counts.advance(elapsed / 1000);
  }
}

function fullQueues(id: string, reads: ModuleSnapshot["reads"]): FullQueue[] {
  return Object.entries(reads).filter(([, { waitingPublishers }]) =>
    waitingPublishers > 0
  )
    .map(([pattern]) => ({ module: id, pattern }));
}

/** Compares by overlap: the name of several topics is a pattern. */
function mayReceive(pattern: string, topic: string): boolean {
  try {
    return patternsOverlap(pattern, topic);
  } catch {
    return false; // a topic that is about to be rejected
  }
}
