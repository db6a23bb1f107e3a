import type { RecordedMessage } from "../recorded_message.ts";
import type { Findings } from "./aligner.ts";
import type { ChangedPath } from "./changed_paths.ts";
import type { Difference, RecordingDiff } from "./difference.ts";
import type { Keyed } from "./side.ts";

type Placed = { readonly at: number; readonly difference: Difference };

/** Counts what is found, and keeps as much of it as there is room for. */
export class Found implements Findings {
  readonly #counts = {
    equal: 0,
    missing: 0,
    added: 0,
    changed: 0,
    reordered: 0,
  };
  readonly #listed: Placed[] = [];
  readonly #most: number;
  readonly #paths: (a: RecordedMessage, b: RecordedMessage) => ChangedPath[];

  constructor(
    most: number,
    paths: (a: RecordedMessage, b: RecordedMessage) => ChangedPath[],
  ) {
    this.#most = most;
    this.#paths = paths;
  }

  equal(): void {
    this.#counts.equal++;
  }

  missing({ message, index }: Keyed): void {
    this.#add("missing", index, () => ({ kind: "missing", a: message }));
  }

  added({ message, index }: Keyed): void {
    this.#add("added", index, () => ({ kind: "added", b: message }));
  }

  changed(a: Keyed, b: Keyed): void {
    this.#add("changed", a.index, () => ({
      kind: "changed",
      a: a.message,
      b: b.message,
      paths: this.#paths(a.message, b.message),
    }));
  }

  reordered(a: Keyed, b: Keyed): void {
    this.#add("reordered", a.index, () => ({
      kind: "reordered",
      a: a.message,
      b: b.message,
    }));
  }

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
