import { CaryatidError, type Handler } from "@caryatid/sdk";
import { CountTable, Rate } from "./count_table.ts";
import { Durations } from "./durations.ts";
import { ReadCount } from "./read_count.ts";
import type {
  FullQueue,
  HandlingsSnapshot,
  ModuleSnapshot,
  RequestsSnapshot,
  WritesSnapshot,
} from "./snapshot.ts";

/** Counts of one module, through its restarts. */
export class ModuleCounts {
  readonly reads = new CountTable(() => new ReadCount());
  readonly writes = new CountTable(() => new WriteCount());
  readonly requests = new CountTable(() => new RequestCount());
  readonly handlings = new CountTable(() => new HandlingCount());

  /** True if the module has not used the bus yet. */
  get empty(): boolean {
    return this.reads.empty && this.writes.empty && this.requests.empty &&
      this.handlings.empty;
  }

  /** Ends an interval of `seconds`. */
  advance(seconds: number): void {
    for (const count of this.reads) count.advance(seconds);
    for (const count of this.writes) count.advance(seconds);
  }

  /**
   * Returns the counts at `now`. `fullQueuesFor` finds the full queues that
   * publishers of a topic wait for.
   */
  snapshot(
    now: number,
    reads: ModuleSnapshot["reads"],
    fullQueuesFor: (topic: string) => readonly FullQueue[],
  ): ModuleSnapshot {
    return {
      reads,
      writes: this.writes.toTable((count, topic) => {
        const writes = count.snapshot(now);
        const waitsFor = writes.waiting === 0 ? [] : fullQueuesFor(topic);
        return { ...writes, waitsFor };
      }),
      requests: this.requests.toTable((count) => count.snapshot(now)),
      handlings: this.handlings.toTable((count) => count.snapshot()),
    };
  }
}

/** Publishes of a module on one topic. */
class WriteCount {
  readonly #rate = new Rate();
  #written = 0;
  #failed = 0;
  readonly #pending = new PendingCalls();
  /**
   * The last promise that was seen fulfilled. A bus that accepts at once
   * returns the same one each time, and awaiting it again would take as long as
   * the publish.
   */
  #accepted: Promise<void> | undefined;

  /**
   * Counts a publish by its outcome. Returns a promise that settles in the same
   * way.
   */
  count(outcome: Promise<void>, now: () => number): Promise<void> {
    if (outcome !== this.#accepted) return this.#settled(outcome, now());
    this.#written++;
    return outcome;
  }

  /** Ends an interval of `seconds`. */
  advance(seconds: number): void {
    this.#rate.advance(this.#written, seconds);
  }

  /** Returns the counts at `now`, without the queues that it waits for. */
  snapshot(now: number): Omit<WritesSnapshot, "waitsFor"> {
    return {
      written: this.#written,
      failed: this.#failed,
      waiting: this.#pending.size,
      pendingFor: this.#pending.longest(now),
      rate: this.#rate.perSecond,
    };
  }

  async #settled(outcome: Promise<void>, since: number): Promise<void> {
    const call = this.#pending.begin(since);
    try {
      await outcome;
    } catch (error) {
      this.#failed++;
      throw error;
    } finally {
      this.#pending.end(call);
    }
    this.#written++;
    this.#accepted = outcome;
  }
}

/** Requests of a module on one topic. */
class RequestCount {
  #made = 0;
  readonly #pending = new PendingCalls();
  /** Failures by error code. */
  readonly #failed = new Map<string, number>();
  readonly #durations = new Durations();

  /** Counts a request by its answer. Settles as the answer does. */
  // One `async` for both counts: each costs a promise and a turn of the queue.
  async count(
    answer: Promise<unknown>,
    now: () => number,
  ): Promise<unknown> {
    this.#made++;
    const call = this.#pending.begin(now());
    try {
      return await answer;
    } catch (error) {
      const code = error instanceof CaryatidError ? error.code : "OTHER";
      this.#failed.set(code, (this.#failed.get(code) ?? 0) + 1);
      throw error;
    } finally {
      this.#pending.end(call);
      this.#durations.add(now() - call.since);
    }
  }

  /** Returns the counts at `now`. */
  snapshot(now: number): RequestsSnapshot {
    const codes = [...this.#failed].sort(([a], [b]) => a < b ? -1 : 1);
    return {
      count: this.#made,
      pending: this.#pending.size,
      pendingFor: this.#pending.longest(now),
      failed: Object.fromEntries(codes),
      durations: this.#durations.snapshot(),
    };
  }
}

/** Requests that a module handles on one pattern. */
class HandlingCount {
  #handled = 0;
  #failed = 0;
  #running = 0;

  /** Returns the handler, wrapped so that its requests are counted. */
  counted(handler: Handler): Handler {
    return (request) => {
      this.#running++;
      let answer: unknown;
      let isAnswer: boolean;
      try {
        answer = handler(request);
        isAnswer = !isThenable(answer); // a proxy may throw on access
      } catch (error) {
        this.#ended(false);
        throw error;
      }
      if (isAnswer) {
        this.#ended(answer !== undefined);
        return answer;
      }
      return Promise.resolve(answer).then(
        (answer) => {
          this.#ended(answer !== undefined);
          return answer;
        },
        (error) => {
          this.#ended(false);
          throw error;
        },
      );
    };
  }

  /** Returns the counts as they are now. */
  snapshot(): HandlingsSnapshot {
    return {
      handled: this.#handled,
      failed: this.#failed,
      running: this.#running,
    };
  }

  #ended(answered: boolean): void {
    this.#running--;
    if (answered) this.#handled++;
    else this.#failed++;
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}

/** Call that has not returned. */
interface PendingCall {
  /** Time at which it began, in milliseconds of a monotonic clock. */
  readonly since: number;
}

/** Calls that have not returned. */
class PendingCalls {
  /** A Set keeps the order in which they began. */
  readonly #calls = new Set<PendingCall>();

  /** Number of pending calls. */
  get size(): number {
    return this.#calls.size;
  }

  /**
   * Returns how long the first pending call has waited, in milliseconds;
   * undefined if none is pending.
   */
  longest(now: number): number | undefined {
    for (const { since } of this.#calls) return Math.max(0, now - since);
    return undefined;
  }

  /** Adds a call that began at `since`. */
  begin(since: number): PendingCall {
    const call = { since };
    this.#calls.add(call);
    return call;
  }

  /** Removes a call that has returned. */
  end(call: PendingCall): void {
    this.#calls.delete(call);
  }
}
