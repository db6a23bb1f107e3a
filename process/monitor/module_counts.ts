import { CountTable } from "./count_table.ts";
import { HandlingCount } from "./handling_count.ts";
import { ReadCount } from "./read_count.ts";
import { RequestCount } from "./request_count.ts";
import type { HeldUpBy, ModuleSnapshot } from "./snapshot.ts";
import { WriteCount } from "./write_count.ts";

/** All that is counted of one module, through its restarts. */
export class ModuleCounts {
  readonly reads = new CountTable(() => new ReadCount());
  readonly writes = new CountTable(() => new WriteCount());
  readonly requests = new CountTable(() => new RequestCount());
  readonly handlings = new CountTable(() => new HandlingCount());

  /** Whether the module did nothing yet. */
  get empty(): boolean {
    return this.reads.empty && this.writes.empty && this.requests.empty &&
      this.handlings.empty;
  }

  /** An interval of `seconds` ends. */
  advance(seconds: number): void {
    for (const count of this.reads) count.advance(seconds);
    for (const count of this.writes) count.advance(seconds);
  }

  /** What is known at `now`; `heldUpBy` finds the full queues that a topic's publishers wait for. */
  snapshot(
    now: number,
    reads: ModuleSnapshot["reads"],
    heldUpBy: (topic: string) => readonly HeldUpBy[],
  ): ModuleSnapshot {
    return {
      reads,
      writes: this.writes.shown((count, topic) => {
        const shown = count.snapshot(now);
        const waitsFor = shown.waiting === 0 ? [] : heldUpBy(topic);
        return { ...shown, waitsFor };
      }),
      requests: this.requests.shown((count) => count.snapshot(now)),
      handlings: this.handlings.shown((count) => count.snapshot()),
    };
  }
}
