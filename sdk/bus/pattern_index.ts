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
    for (const word of topicWords(pattern)) node = node.child(word);
    if (node.values.has(value)) return;
    node.values.add(value);
    this.#size++;
  }

  /** Takes `value` from `pattern`, if it is there. */
  delete(pattern: string, value: T): void {
    const path = [this.#root];
    const words = topicWords(pattern);
    for (const word of words) {
      const next = path[path.length - 1]!.children.get(word);
      if (next === undefined) return;
      path.push(next);
    }
    if (!path[path.length - 1]!.values.delete(value)) return;
    this.#size--;
    for (let i = words.length; i > 0 && path[i]!.empty; i--) {
      path[i - 1]!.children.delete(words[i - 1]!);
    }
  }

  /** Every value whose pattern matches `topic`: pattern by pattern, each pattern's in the order they were added. */
  match(topic: string): T[] {
    const found: T[] = [];
    const words = topicWords(topic);
    const states = new Set<TrieNode<T>>();
    // All nodes that the words so far lead to, word by word: a node is never entered twice for one word.
    this.#enter(this.#root, states);
    let now = states;
    for (const word of words) {
      const next = new Set<TrieNode<T>>();
      for (const node of now) {
        if (node.isHash) next.add(node);
        const literal = node.children.get(word);
        if (literal && word !== "*" && word !== "#") this.#enter(literal, next);
        const star = node.children.get("*");
        if (star) this.#enter(star, next);
      }
      if (next.size === 0) return found;
      now = next;
    }
    for (const node of now) found.push(...node.values);
    return found;
  }

  /** Adds a node, and the "#" below it, which needs no word. */
  #enter(node: TrieNode<T>, states: Set<TrieNode<T>>): void {
    for (
      let entered: TrieNode<T> | undefined = node;
      entered && !states.has(entered);
      entered = entered.children.get("#")
    ) {
      this.#visits++;
      states.add(entered);
    }
  }
}

class TrieNode<T> {
  readonly children = new Map<string, TrieNode<T>>();
  readonly values = new Set<T>();
  readonly isHash: boolean;

  constructor(isHash = false) {
    this.isHash = isHash;
  }

  get empty(): boolean {
    return this.values.size === 0 && this.children.size === 0;
  }

  child(word: string): TrieNode<T> {
    let child = this.children.get(word);
    if (child === undefined) {
      child = new TrieNode(word === "#");
      this.children.set(word, child);
    }
    return child;
  }
}
