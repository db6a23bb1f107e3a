import { longestCommon, type Pair } from "./common.ts";
import { nextMeeting } from "./meeting.ts";
import type { Keyed, Side } from "./side.ts";
import { Unmatched } from "./unmatched.ts";

/** So many messages are looked at first: mostly both sides find together soon, and it takes time by the square. */
const CLOSE_LOOK = 64;
/** More would take megabytes and tens of milliseconds each time. */
const LONG_LOOK = 1_000;
/** Of those that are looked at, one of so many has to be in both. */
const FEW = 4;

/** Hears what is found. */
export interface Findings {
  /** Both have it, in the same place. */
  equal(): void;
  /** Only the first recording has it. */
  missing(a: Keyed): void;
  /** Only the second one has it. */
  added(b: Keyed): void;
  /** Both have one on that topic in the same place, and they differ. */
  changed(a: Keyed, b: Keyed): void;
  /** Both have it, in different places. */
  reordered(a: Keyed, b: Keyed): void;
}

/**
 * Finds which messages of two recordings belong together, without ever having more than a window of each in memory, and as many
 * that wait for their like.
 */
export class Aligner {
  readonly #a: Side;
  readonly #b: Side;
  readonly #window: number;
  readonly #findings: Findings;
  readonly #lonelyA: Unmatched;
  readonly #lonelyB: Unmatched;

  /** Nothing is compared yet. */
  constructor(a: Side, b: Side, window: number, findings: Findings) {
    this.#a = a;
    this.#b = b;
    this.#window = window;
    this.#findings = findings;
    this.#lonelyA = new Unmatched(window, (one) => findings.missing(one));
    this.#lonelyB = new Unmatched(window, (one) => findings.added(one));
  }

  /** Compares all. */
  async run(): Promise<void> {
    for (;;) {
      this.#skipEqual();
      await this.#fill(1);
      const { first: a } = this.#a;
      const { first: b } = this.#b;
      if (a === undefined && b === undefined) break;
      if (a?.key !== b?.key) await this.#findTogether();
    }
    this.#lonelyA.end();
    this.#lonelyB.end();
  }

  #skipEqual(): void {
    for (;;) {
      const { first: a } = this.#a;
      const { first: b } = this.#b;
      if (a === undefined || b === undefined || a.key !== b.key) return;
      this.#a.skip();
      this.#b.skip();
      this.#findings.equal();
    }
  }

  /** Goes over what differs, up to the last pair in sight. */
  async #findTogether(): Promise<void> {
    const look = Math.min(LONG_LOOK, this.#window);
    if (await this.#pairUp(Math.min(CLOSE_LOOK, look), FEW)) return;
    if (await this.#pairUp(look, FEW) || await this.#goToMeeting()) return;
    await this.#pairUp(look, 0);
  }

  /** Pairs up the next `reach` messages of each, if one of `few` is in both; 0 takes them as they are. */
  async #pairUp(reach: number, few: number): Promise<boolean> {
    await this.#fill(reach + 1);
    const a = this.#a.peek(reach);
    const b = this.#b.peek(reach);
    const all = this.#isAll(a, b);
    const pairs = longestCommon(a.map(keyOf), b.map(keyOf));
    const longer = Math.max(a.length, b.length);
    if (!all && few > 0 && pairs.length * few < longer) return false;
    const [lastA, lastB] = all || pairs.length === 0
      ? [a.length, b.length]
      : pairs.at(-1)!.map((index) => index + 1);
    this.#settle(this.#a.take(lastA!), this.#b.take(lastB!), pairs);
    return true;
  }

  /** Leaves out what only one has, however long that is, as far as the window goes. */
  async #goToMeeting(): Promise<boolean> {
    await this.#fill(this.#window);
    const a = this.#a.peek(this.#window).map(keyOf);
    const b = this.#b.peek(this.#window).map(keyOf);
    const meeting = nextMeeting(a, b);
    if (meeting === undefined) return false;
    const [i, j] = meeting;
    this.#settle(this.#a.take(i), this.#b.take(j), []);
    return true;
  }

  #isAll(a: readonly Keyed[], b: readonly Keyed[]): boolean {
    return this.#a.ended && this.#b.ended &&
      a.length === this.#a.peek(a.length + 1).length &&
      b.length === this.#b.peek(b.length + 1).length;
  }

  #settle(
    a: readonly Keyed[],
    b: readonly Keyed[],
    pairs: readonly Pair[],
  ): void {
    const gaps: [Keyed[], Keyed[]][] = [];
    let [fromA, fromB] = [0, 0];
    for (const [i, j] of [...pairs, [a.length, b.length] as const]) {
      gaps.push([a.slice(fromA, i), b.slice(fromB, j)]);
      [fromA, fromB] = [i + 1, j + 1];
    }
    for (const _ of pairs) this.#findings.equal();
    // First who has its like elsewhere, then who only looks like somebody here.
    for (const [leftA, leftB] of gaps) {
      for (const one of leftA) this.#lonelyA.add(one);
      for (const one of leftB) this.#lonelyB.add(one);
    }
    const movedA = this.#takeMoved(gaps);
    for (const [leftA, leftB] of gaps) {
      this.#takeChanged(
        leftA.filter((one) => !movedA.has(one)),
        leftB.filter((one) => !movedA.has(one)),
      );
    }
  }

  #takeMoved(gaps: readonly [Keyed[], Keyed[]][]): Set<Keyed> {
    const moved = new Set<Keyed>();
    for (const one of gaps.flat(2)) {
      if (moved.has(one)) continue;
      const a = this.#lonelyA.peek(one.key);
      const b = this.#lonelyB.peek(one.key);
      if (a === undefined || b === undefined) continue;
      this.#lonelyA.remove(a);
      this.#lonelyB.remove(b);
      moved.add(a).add(b);
      this.#findings.reordered(a, b);
    }
    return moved;
  }

  #takeChanged(a: readonly Keyed[], b: readonly Keyed[]): void {
    const left = [...b];
    for (const one of a) {
      const index = left.findIndex(({ message }) =>
        message.topic === one.message.topic
      );
      if (index < 0) continue;
      const [other] = left.splice(index, 1);
      this.#lonelyA.remove(one);
      this.#lonelyB.remove(other!);
      this.#findings.changed(one, other!);
    }
  }

  async #fill(count: number): Promise<void> {
    await this.#a.fill(count);
    await this.#b.fill(count);
  }
}

function keyOf({ key }: Keyed): string {
  return key;
}
