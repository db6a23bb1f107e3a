import type { DifferenceCollector } from "./differences.ts";
import {
  longestCommonSubsequence,
  type Pair,
  resyncPoint,
} from "./match_sequences.ts";
import type { KeyedMessage, MessageWindow } from "./message_window.ts";

/**
 * Messages of the first attempt to match: most differences are short, and the
 * time grows with the square.
 */
const SHORT_REACH = 64;
/**
 * Messages of the second attempt: more would take megabytes and tens of
 * milliseconds each time.
 */
const LONG_REACH = 1_000;
/** A match is accepted if one of this many messages is in both recordings. */
const MIN_SHARE = 4;

/**
 * Matches the messages of two recordings and collects their differences.
 *
 * Keeps at most a window of each recording in memory, and as many unmatched
 * messages of each.
 */
export class Aligner {
  readonly #a: MessageWindow;
  readonly #b: MessageWindow;
  readonly #window: number;
  readonly #differences: DifferenceCollector;
  readonly #unmatchedA: UnmatchedMessages;
  readonly #unmatchedB: UnmatchedMessages;

  /**
   * Creates an aligner that has compared nothing yet; `window` is a number of
   * messages.
   */
  constructor(
    a: MessageWindow,
    b: MessageWindow,
    window: number,
    differences: DifferenceCollector,
  ) {
    this.#a = a;
    this.#b = b;
    this.#window = window;
    this.#differences = differences;
    this.#unmatchedA = new UnmatchedMessages(
      window,
      (one) => differences.missing(one),
    );
    this.#unmatchedB = new UnmatchedMessages(
      window,
      (one) => differences.added(one),
    );
  }

  /** Compares all messages. */
  async run(): Promise<void> {
    for (;;) {
      this.#skipEqual();
      await this.#fill(1);
      const { first: a } = this.#a;
      const { first: b } = this.#b;
      if (a === undefined && b === undefined) break;
      if (a?.key !== b?.key) await this.#matchNext();
    }
    this.#unmatchedA.end();
    this.#unmatchedB.end();
  }

  #skipEqual(): void {
    for (;;) {
      const { first: a } = this.#a;
      const { first: b } = this.#b;
      if (a === undefined || b === undefined || a.key !== b.key) return;
      this.#a.skip();
      this.#b.skip();
      this.#differences.equal();
    }
  }

  /**
   * Matches the messages from the first difference on, up to the last matching
   * pair in reach.
   */
  async #matchNext(): Promise<void> {
    const reach = Math.min(LONG_REACH, this.#window);
    if (await this.#match(Math.min(SHORT_REACH, reach), MIN_SHARE)) return;
    if (await this.#match(reach, MIN_SHARE) || await this.#resync()) return;
    await this.#match(reach, 0);
  }

  /**
   * Matches the next `reach` messages. Returns false if fewer than one in
   * `share` are in both; with a share of 0 never.
   */
  async #match(reach: number, share: number): Promise<boolean> {
    await this.#fill(reach + 1);
    const a = this.#a.peek(reach);
    const b = this.#b.peek(reach);
    const isAll = this.#isAll(a, b);
    const pairs = longestCommonSubsequence(a.map(keyOf), b.map(keyOf));
    const longer = Math.max(a.length, b.length);
    if (!isAll && share > 0 && pairs.length * share < longer) return false;
    const [lastA, lastB] = isAll || pairs.length === 0
      ? [a.length, b.length]
      : pairs.at(-1)!.map((index) => index + 1);
    this.#collect(this.#a.take(lastA!), this.#b.take(lastB!), pairs);
    return true;
  }

  /**
   * Skips a block that only one recording has, up to the size of the window.
   */
  async #resync(): Promise<boolean> {
    await this.#fill(this.#window);
    const a = this.#a.peek(this.#window).map(keyOf);
    const b = this.#b.peek(this.#window).map(keyOf);
    const point = resyncPoint(a, b);
    if (point === undefined) return false;
    const [i, j] = point;
    this.#collect(this.#a.take(i), this.#b.take(j), []);
    return true;
  }

  /** Returns true if `a` and `b` are all remaining messages. */
  #isAll(a: readonly KeyedMessage[], b: readonly KeyedMessage[]): boolean {
    return this.#a.ended && this.#b.ended &&
      a.length === this.#a.peek(a.length + 1).length &&
      b.length === this.#b.peek(b.length + 1).length;
  }

  /** Collects the differences between the matching pairs. */
  #collect(
    a: readonly KeyedMessage[],
    b: readonly KeyedMessage[],
    pairs: readonly Pair[],
  ): void {
    const gaps: [KeyedMessage[], KeyedMessage[]][] = [];
    let [fromA, fromB] = [0, 0];
    for (const [i, j] of [...pairs, [a.length, b.length] as const]) {
      gaps.push([a.slice(fromA, i), b.slice(fromB, j)]);
      [fromA, fromB] = [i + 1, j + 1];
    }
    for (const _ of pairs) this.#differences.equal();
    // First messages whose equal is elsewhere, then messages that changed in
    // place.
    for (const [leftA, leftB] of gaps) {
      for (const one of leftA) this.#unmatchedA.add(one);
      for (const one of leftB) this.#unmatchedB.add(one);
    }
    const moved = this.#collectReordered(gaps);
    for (const [leftA, leftB] of gaps) {
      this.#collectChanged(
        leftA.filter((one) => !moved.has(one)),
        leftB.filter((one) => !moved.has(one)),
      );
    }
  }

  #collectReordered(
    gaps: readonly [KeyedMessage[], KeyedMessage[]][],
  ): Set<KeyedMessage> {
    const moved = new Set<KeyedMessage>();
    for (const one of gaps.flat(2)) {
      if (moved.has(one)) continue;
      const a = this.#unmatchedA.peek(one.key);
      const b = this.#unmatchedB.peek(one.key);
      if (a === undefined || b === undefined) continue;
      this.#unmatchedA.remove(a);
      this.#unmatchedB.remove(b);
      moved.add(a).add(b);
      this.#differences.reordered(a, b);
    }
    return moved;
  }

  #collectChanged(
    a: readonly KeyedMessage[],
    b: readonly KeyedMessage[],
  ): void {
    const left = [...b];
    for (const one of a) {
      const index = left.findIndex(({ message }) =>
        message.topic === one.message.topic
      );
      if (index < 0) continue;
      const [other] = left.splice(index, 1);
      this.#unmatchedA.remove(one);
      this.#unmatchedB.remove(other!);
      this.#differences.changed(one, other!);
    }
  }

  async #fill(count: number): Promise<void> {
    await this.#a.fill(count);
    await this.#b.fill(count);
  }
}

/** Recent messages of one recording that have no equal in the other one yet. */
class UnmatchedMessages {
  readonly #most: number;
  readonly #onExpired: (message: KeyedMessage) => void;
  readonly #waiting = new Set<KeyedMessage>();
  readonly #byKey = new Map<string, KeyedMessage[]>();

  /**
   * Keeps `most` messages; `onExpired` receives the oldest ones that were never
   * removed.
   */
  constructor(most: number, onExpired: (message: KeyedMessage) => void) {
    this.#most = most;
    this.#onExpired = onExpired;
  }

  /** Adds a message. */
  add(message: KeyedMessage): void {
    this.#waiting.add(message);
    const same = this.#byKey.get(message.key);
    if (same === undefined) this.#byKey.set(message.key, [message]);
    else same.push(message);
    if (this.#waiting.size > this.#most) this.#expireOldest();
  }

  /** Returns the oldest message with that key. */
  peek(key: string): KeyedMessage | undefined {
    return this.#byKey.get(key)?.[0];
  }

  /** Removes a message. Returns false if it has expired. */
  remove(message: KeyedMessage): boolean {
    if (!this.#waiting.delete(message)) return false;
    const same = this.#byKey.get(message.key)!;
    same.splice(same.indexOf(message), 1);
    if (same.length === 0) this.#byKey.delete(message.key);
    return true;
  }

  /** Expires all messages. */
  end(): void {
    while (this.#waiting.size > 0) this.#expireOldest();
  }

  #expireOldest(): void {
    const [oldest] = this.#waiting;
    this.remove(oldest!);
    this.#onExpired(oldest!);
  }
}

function keyOf({ key }: KeyedMessage): string {
  return key;
}
