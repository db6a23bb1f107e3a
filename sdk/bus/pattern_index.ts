import { topicWords } from "../topic.ts";

/**
 * Values by pattern, found by topic without trying every pattern: a trie of words. One topic visits at most
 * (nodes on its way) × (its words), whatever the patterns.
 *
 * @example
 * ```ts
 * import { PatternIndex } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const index = new PatternIndex<string>();
 * index.add("clock.*", "ticks");
 * index.add("#", "everything");
 * assert.deepEqual(index.match("clock.tick").toSorted(), ["everything", "ticks"]);
 * ```
 */
export class PatternIndex<T> {
  readonly #root = new TrieNode<T>();
  #now: TrieNode<T>[] = [];
  #next: TrieNode<T>[] = [];
  #step = 0;
  #size = 0;
  #visits = 0;

  /** How many values are in it. */
  get size(): number {
    return this.#size;
  }

  /** How many nodes all calls of `match` have visited: what a lookup costs, independent of the machine. */
  get visits(): number {
    return this.#visits;
  }

  /** Adds `value` under `pattern`; the same value again under the same pattern changes nothing. */
  add(pattern: string, value: T): void {
    let node = this.#root;
    for (const word of topicWords(pattern)) node = node.grow(word);
    if (node.values.has(value)) return;
    node.values.add(value);
    node.changed();
    this.#size++;
  }

  /** Takes `value` from `pattern`, if it is there. */
  delete(pattern: string, value: T): void {
    const path = [this.#root];
    const words = topicWords(pattern);
    for (const word of words) {
      const next = path[path.length - 1]!.child(word);
      if (next === undefined) return;
      path.push(next);
    }
    const last = path[path.length - 1]!;
    if (!last.values.delete(value)) return;
    last.changed();
    this.#size--;
    for (let i = words.length; i > 0 && path[i]!.empty; i--) {
      path[i - 1]!.prune(words[i - 1]!);
    }
  }

  /** Every value whose pattern matches `topic`: pattern by pattern, each pattern's in the order they were added. */
  match(topic: string): readonly T[] {
    // All nodes that the words so far lead to, word by word: a node is never entered twice for one word.
    let now = this.#now;
    let next = this.#next;
    let count = this.#enter(this.#root, now, 0, ++this.#step);
    let start = topic === "" ? -1 : 0;
    while (start >= 0 && count > 0) {
      const dot = topic.indexOf(".", start);
      const end = dot < 0 ? topic.length : dot;
      let word: string | undefined; // cut out only for who compares it
      const step = ++this.#step;
      let entered = 0;
      for (let i = 0; i < count; i++) {
        const node = now[i]!;
        if (node.isHash) entered = this.#enter(node, next, entered, step);
        if (node.mayHave(topic, start, end)) {
          const literal = node.words!.get(word ??= topic.slice(start, end));
          if (literal !== undefined) {
            entered = this.#enter(literal, next, entered, step);
          }
        }
        if (node.star !== undefined) {
          entered = this.#enter(node.star, next, entered, step);
        }
      }
      const swap = now;
      now = next;
      next = swap;
      count = entered;
      start = dot < 0 ? -1 : dot + 1;
    }
    let found: readonly T[] = NONE;
    for (let i = 0; i < count; i++) {
      const { list } = now[i]!;
      if (list.length > 0) {
        found = found.length === 0 ? list : found.concat(list);
      }
    }
    return found;
  }

  /** Adds a node, and the "#" below it, which needs no word. */
  #enter(
    node: TrieNode<T>,
    states: TrieNode<T>[],
    count: number,
    step: number,
  ): number {
    for (
      let entered: TrieNode<T> | undefined = node;
      entered !== undefined && entered.step !== step;
      entered = entered.hash
    ) {
      entered.step = step;
      states[count++] = entered;
      this.#visits++;
    }
    return count;
  }
}

const NONE: readonly never[] = [];

class TrieNode<T> {
  words: Map<string, TrieNode<T>> | undefined;
  /** The marks of all words that it has, or had since it had none. */
  #marks = 0;
  readonly values = new Set<T>();
  #list: readonly T[] | undefined = NONE;
  readonly isHash: boolean;
  star: TrieNode<T> | undefined;
  hash: TrieNode<T> | undefined;
  /** The step of a search that entered it last. */
  step = 0;

  constructor(isHash = false) {
    this.isHash = isHash;
  }

  /** The values once more: to walk through a Set costs as much as the rest of a search. */
  get list(): readonly T[] {
    return this.#list ??= [...this.values];
  }

  /** Says that the values have changed. */
  changed(): void {
    this.#list = undefined;
  }

  get empty(): boolean {
    return this.values.size === 0 && this.words === undefined &&
      this.star === undefined && this.hash === undefined;
  }

  /** Whether what is between `start` and `end` may be one of its words: to cut out and hash it costs more than all the rest. */
  mayHave(topic: string, start: number, end: number): boolean {
    return (this.#marks & markOf(topic, start, end)) !== 0;
  }

  child(word: string): TrieNode<T> | undefined {
    if (word === "*") return this.star;
    return word === "#" ? this.hash : this.words?.get(word);
  }

  grow(word: string): TrieNode<T> {
    if (word === "*") return this.star ??= new TrieNode();
    if (word === "#") return this.hash ??= new TrieNode(true);
    const words = this.words ??= new Map<string, TrieNode<T>>();
    let child = words.get(word);
    if (child === undefined) {
      child = new TrieNode();
      words.set(word, child);
      this.#marks |= markOf(word, 0, word.length);
    }
    return child;
  }

  prune(word: string): void {
    if (word === "*") this.star = undefined;
    else if (word === "#") this.hash = undefined;
    else if (this.words?.delete(word) && this.words.size === 0) {
      this.words = undefined;
      this.#marks = 0;
    }
  }
}

/** One of 32 bits, by a word's length and first character. */
function markOf(text: string, start: number, end: number): number {
  return start === end ? 1 : 1 << (end - start + text.charCodeAt(start) & 31);
}
