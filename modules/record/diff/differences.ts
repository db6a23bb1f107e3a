import type { RecordedMessage } from "../entry.ts";
import type { ChangedPath } from "./compare_messages.ts";
import type { KeyedMessage } from "./message_window.ts";

/** One difference between two recordings, `a` and `b`. */
export type Difference =
  | { readonly kind: "missing"; readonly a: RecordedMessage }
  | { readonly kind: "added"; readonly b: RecordedMessage }
  | {
    readonly kind: "reordered";
    readonly a: RecordedMessage;
    readonly b: RecordedMessage;
  }
  | {
    readonly kind: "changed";
    readonly a: RecordedMessage;
    readonly b: RecordedMessage;
    /** Innermost paths at which the messages differ. */
    readonly paths: readonly ChangedPath[];
  };

/** Result of the comparison of two recordings, `a` and `b`. */
export interface RecordingDiff {
  /** True if the recordings are equal. */
  readonly same: boolean;
  /** Number of messages that both have in the same place. */
  readonly equal: number;
  /** Number of messages that only `a` has. */
  readonly missing: number;
  /** Number of messages that only `b` has. */
  readonly added: number;
  /** Number of messages that differ on the same topic in the same place. */
  readonly changed: number;
  /** Number of messages that both have in different places. */
  readonly reordered: number;
  /** Differences in the order of the recordings, up to the limit `most`. */
  readonly differences: readonly Difference[];
}

/** Counts differences and lists them up to a limit. */
export class DifferenceCollector {
  readonly #counts = {
    equal: 0,
    missing: 0,
    added: 0,
    changed: 0,
    reordered: 0,
  };
  readonly #listed: { at: number; difference: Difference }[] = [];
  readonly #most: number;
  readonly #paths: (a: RecordedMessage, b: RecordedMessage) => ChangedPath[];

  /**
   * Lists `most` differences; `paths` returns the changed paths of two
   * messages.
   */
  constructor(
    most: number,
    paths: (a: RecordedMessage, b: RecordedMessage) => ChangedPath[],
  ) {
    this.#most = most;
    this.#paths = paths;
  }

  /** Counts a message that both recordings have in the same place. */
  equal(): void {
    this.#counts.equal++;
  }

  /** Adds a message that only the first recording has. */
  missing({ message, index }: KeyedMessage): void {
    this.#add("missing", index, () => ({ kind: "missing", a: message }));
  }

  /** Adds a message that only the second recording has. */
  added({ message, index }: KeyedMessage): void {
    this.#add("added", index, () => ({ kind: "added", b: message }));
  }

  /** Adds two messages that differ on the same topic in the same place. */
  changed(a: KeyedMessage, b: KeyedMessage): void {
    this.#add("changed", a.index, () => ({
      kind: "changed",
      a: a.message,
      b: b.message,
      paths: this.#paths(a.message, b.message),
    }));
  }

  /** Adds a message that both recordings have in different places. */
  reordered(a: KeyedMessage, b: KeyedMessage): void {
    this.#add("reordered", a.index, () => ({
      kind: "reordered",
      a: a.message,
      b: b.message,
    }));
  }

  /** Returns the counts and the listed differences. */
  result(): RecordingDiff {
    const { missing, added, changed, reordered } = this.#counts;
    return {
      same: missing + added + changed + reordered === 0,
      ...this.#counts,
      differences: this.#listed.sort((one, other) => one.at - other.at)
        .map(({ difference }) => difference),
    };
  }

  #add(kind: Difference["kind"], at: number, make: () => Difference): void {
    this.#counts[kind]++;
    if (this.#listed.length < this.#most) {
      this.#listed.push({ at, difference: make() });
    }
  }
}
