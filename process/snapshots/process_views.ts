import { readSnapshot } from "./read_snapshot.ts";
import { tableOf, textOf } from "./untrusted.ts";
import type { ProcessView } from "./views.ts";

/** Maximum number of processes that are kept. */
const MAX_PROCESSES = 200;
/**
 * Number of missed snapshots after which a process counts as gone, and the
 * shortest time for that in milliseconds.
 */
const MISSED = 4;
const SHORTEST = 5_000;

interface Entry {
  readonly message: unknown;
  /** Time of arrival, in milliseconds of a monotonic clock. */
  readonly at: number;
  /** Interval of its snapshots. */
  readonly interval: number;
  /** View of an earlier message, for rates. */
  readonly before: ProcessView | undefined;
  /** View of this message, once it is read. */
  view?: ProcessView | undefined;
}

/**
 * All processes whose snapshots arrive on one bus. A message is read only when
 * the processes are asked for, since a snapshot can be large.
 */
export class ProcessViews {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes a message of the snapshot topic. Returns false if it is not one. */
  take(message: unknown): boolean {
    const root = tableOf(message);
    if (tableOf(root?.["modules"]) === undefined) return false;
    const id = textOf(tableOf(root?.["process"])?.["id"]) || "unknown";
    const at = this.#now();
    const last = this.#entries.get(id);
    const interval = last ? at - last.at : SHORTEST;
    const before = last?.view ?? last?.before;
    this.#entries.delete(id);
    this.#entries.set(id, { message, at, interval, before });
    if (this.#entries.size > MAX_PROCESSES) {
      this.#entries.delete(this.#entries.keys().next().value!);
    }
    return true;
  }

  /** Returns the latest messages of the processes that still report. */
  messages(): readonly unknown[] {
    this.#forget();
    return Array.from(this.#entries.values(), ({ message }) => message);
  }

  /** Returns the processes that still report, by name and then by id. */
  processes(): readonly ProcessView[] {
    this.#forget();
    const views = [...this.#entries.values()].flatMap((entry) =>
      (entry.view ??= readSnapshot(entry.message, entry.before)) ?? []
    );
    return views.sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  }

  #forget(): void {
    const now = this.#now();
    for (const [id, { at, interval }] of this.#entries) {
      if (now - at > Math.max(SHORTEST, interval * MISSED)) {
        this.#entries.delete(id);
      }
    }
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
