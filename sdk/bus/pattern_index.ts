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
 * assert.deepEqual(index.match("clock.tick").sort(), ["everything", "ticks"]);
 * ```
 */
export class PatternIndex<T> {
  readonly #root = new TrieNode<T>();
  #size = 0;
  #visits = 0;
  /** Values whose pattern has several "#": only they can be reached in two ways. */
  #ambiguous = 0;

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
    const words = topicWords(pattern);
    let node = this.#root;
    for (const word of words) node = node.grow(word);
    if (node.values.has(value)) return;
    node.values.add(value);
    this.#size++;
    if (isAmbiguous(words)) this.#ambiguous++;
  }

  /** Takes `value` from `pattern`, if it is there. */
  delete(pattern: string, value: T): void {
    const words = topicWords(pattern);
    const path = [this.#root];
    for (const word of words) {
      const next = path[path.length - 1]!.child(word);
      if (next === undefined) return;
      path.push(next);
    }
    if (!path[path.length - 1]!.values.delete(value)) return;
    this.#size--;
    if (isAmbiguous(words)) this.#ambiguous--;
    for (let i = words.length; i > 0 && path[i]!.empty; i--) {
      path[i - 1]!.prune(words[i - 1]!);
    }
  }

  /** Every value whose pattern matches `topic`, once for each pattern that it is under. */
  match(topic: string): T[] {
    const found: T[] = [];
    if (this.#size === 0) return found;
    const words = topicWords(topic);
    if (this.#ambiguous === 0) this.#walk(this.#root, words, 0, found);
    else this.#sweep(words, found);
    return found;
  }

  /** Down the trie, word by word. With one "#" at most on a way, no node is reached twice for the same words. */
  #walk(
    node: TrieNode<T>,
    words: readonly string[],
    from: number,
    found: T[],
  ): void {
    this.#visits++;
    const { hash } = node;
    if (hash !== undefined) this.#walkHash(hash, words, from, found);
    if (from === words.length) {
      for (const value of node.values) found.push(value);
      return;
    }
    const literal = node.literals.get(words[from]!);
    if (literal !== undefined) this.#walk(literal, words, from + 1, found);
    if (node.star !== undefined) {
      this.#walk(node.star, words, from + 1, found);
    }
  }

  /** A "#" takes the rest; or what is below it goes on after each word. */
  #walkHash(
    hash: TrieNode<T>,
    words: readonly string[],
    from: number,
    found: T[],
  ): void {
    this.#visits++;
    for (const value of hash.values) found.push(value);
    if (hash.literals.size === 0 && hash.star === undefined) return;
    for (let i = from; i < words.length; i++) {
      const literal = hash.literals.get(words[i]!);
      if (literal !== undefined) this.#walk(literal, words, i + 1, found);
      if (hash.star !== undefined) this.#walk(hash.star, words, i + 1, found);
    }
  }

  /** All nodes that the words so far lead to, word by word: a node is entered once for a word, however many "#" lead there. */
  #sweep(words: readonly string[], found: T[]): void {
    let now = new Set<TrieNode<T>>();
    this.#enter(this.#root, now);
    for (const word of words) {
      const next = new Set<TrieNode<T>>();
      for (const node of now) {
        if (node.isHash) this.#enter(node, next);
        const literal = node.literals.get(word);
        if (literal !== undefined) this.#enter(literal, next);
        if (node.star !== undefined) this.#enter(node.star, next);
      }
      now = next;
    }
    for (const node of now) found.push(...node.values);
  }

  /** Adds a node, and the "#" below it, which needs no word. */
  #enter(node: TrieNode<T>, states: Set<TrieNode<T>>): void {
    for (
      let entered: TrieNode<T> | undefined = node;
      entered !== undefined && !states.has(entered);
      entered = entered.hash
    ) {
      this.#visits++;
      states.add(entered);
    }
  }
}

/** What follows one word; wildcards are kept apart, so that no word of a topic can be taken for one. */
class TrieNode<T> {
  readonly literals = new Map<string, TrieNode<T>>();
  readonly values = new Set<T>();
  readonly isHash: boolean;
  star: TrieNode<T> | undefined;
  hash: TrieNode<T> | undefined;

  constructor(isHash = false) {
    this.isHash = isHash;
  }

  get empty(): boolean {
    return this.values.size === 0 && this.literals.size === 0 &&
      this.star === undefined && this.hash === undefined;
  }

  child(word: string): TrieNode<T> | undefined {
    if (word === "*") return this.star;
    return word === "#" ? this.hash : this.literals.get(word);
  }

  grow(word: string): TrieNode<T> {
    if (word === "*") return this.star ??= new TrieNode();
    if (word === "#") return this.hash ??= new TrieNode(true);
    let child = this.literals.get(word);
    if (child === undefined) {
      child = new TrieNode();
      this.literals.set(word, child);
    }
    return child;
  }

  prune(word: string): void {
    if (word === "*") this.star = undefined;
    else if (word === "#") this.hash = undefined;
    else this.literals.delete(word);
  }
}

function isAmbiguous(words: readonly string[]): boolean {
  return words.indexOf("#") !== words.lastIndexOf("#");
}
