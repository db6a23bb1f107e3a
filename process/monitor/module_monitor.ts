import { type Clock, type MessageBus, patternsOverlap } from "@caryatid/sdk";
import { turnMonotonic } from "@caryatid/sdk/bus";
import { ModuleCounts } from "./module_counts.ts";
import { MonitoredBus } from "./monitored_bus.ts";
import type { HeldUpBy, ModuleSnapshot, MonitorSnapshot } from "./snapshot.ts";

/** What rates are taken over at least, in milliseconds. */
const INTERVAL = 1_000;

/** Full queues that are named for one topic. */
const MOST_NAMED = 10;

/** Counts what each module does on the bus. */
export class ModuleMonitor {
  readonly #modules = new Map<string, ModuleCounts>();
  readonly #clock: Clock | undefined;
  readonly #now: () => number;
  #intervalBegan: number;

  /** `clock` is the process's, if it has one of its own. */
  constructor(clock: Clock | undefined) {
    this.#clock = clock;
    // Read once per turn of the event loop: to read a clock takes half as long as a publish.
    this.#now = clock ? () => clock.monotonic() : turnMonotonic;
    this.#intervalBegan = this.#now();
  }

  /** The bus for the module of that id, which counts; a restarted module goes on where it was. */
  watch(id: string, bus: MessageBus): MessageBus {
    const counts = this.#modules.get(id) ?? new ModuleCounts();
    this.#modules.set(id, counts);
    return new MonitoredBus(bus, counts, this.#now);
  }

  /** What is known at this moment. */
  snapshot(): MonitorSnapshot {
    const now = this.#now();
    this.#advance(now);
    const modules = [...this.#modules].sort(([a], [b]) => a < b ? -1 : 1)
      .filter(([id, counts]) => id !== "process" || !counts.empty)
      .map(([id, counts]) => {
        const reads = counts.reads.shown((count) => count.snapshot(now));
        return { id, counts, reads };
      });
    const full = modules.flatMap(({ id, reads }) => fullQueues(id, reads));
    const heldUpBy = (topic: string) =>
      full.filter(({ pattern }) => mayHear(pattern, topic))
        .slice(0, MOST_NAMED);
    const shown: Record<string, ModuleSnapshot> = Object.create(null);
    for (const { id, counts, reads } of modules) {
      shown[id] = counts.snapshot(now, reads, heldUpBy);
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

function fullQueues(id: string, reads: ModuleSnapshot["reads"]): HeldUpBy[] {
  return Object.entries(reads).filter(([, { heldUp }]) => heldUp > 0)
    .map(([pattern]) => ({ module: id, pattern }));
}

/** By overlap: what stands for several topics isn't one itself. */
function mayHear(pattern: string, topic: string): boolean {
  try {
    return patternsOverlap(pattern, topic);
  } catch {
    return false; // a topic that is about to be refused
  }
}
