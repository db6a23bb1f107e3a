import { topicWords } from "../topic.ts";

/**
 * Trie of words that finds the values of all patterns that match a topic. For
 * any patterns, a lookup visits at most (nodes on the way) × (words of the
 * topic) nodes.
 *
 * @example
 * ```ts
 * import { PatternIndex } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const index = new PatternIndex<string>();
 * index.add("clock.*", "ticks");
 * index.add("#", "everything");
 * const found = index.match("clock.tick").toSorted();
 * assert.deepEqual(found, ["everything", "ticks"]);
 * ```
 */
export class PatternIndex<T> {
  readonly #root = new TrieNode<T>("");
  #now: TrieNode<T>[] = [];
  #next: TrieNode<T>[] = [];
  #step = 0;
  #size = 0;
  #visits = 0;

  /** Number of values. */
  get size(): number {
    return this.#size;
  }

  /**
   * Number of nodes that all calls of `match` have visited: a measure of cost
   * that does not depend on the machine.
   */
  get visits(): number {
    return this.#visits;
  }

  /**
   * Adds `value` under `pattern`. Adding it again changes nothing.
   */
  add(pattern: string, value: T): void {
    let node = this.#root;
    for (const word of topicWords(pattern)) node = node.grow(word);
    if (node.values.has(value)) return;
    node.values.add(value);
    node.changed();
    this.#size++;
  }

  /** Removes `value` from `pattern`, if it is present. */
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

  /**
   * Returns every value whose pattern matches `topic`: pattern by pattern, in
   * the order in which they were added.
   */
  match(topic: string): readonly T[] {
    // All nodes that the words so far lead to. A node is never entered twice
    // for one word.
    let now = this.#now;
    let next = this.#next;
    let count = this.#enter(this.#root, now, 0, ++this.#step);
    let start = topic === "" ? -1 : 0;
    while (start >= 0 && count > 0) {
      const dot = topic.indexOf(".", start);
      const end = dot < 0 ? topic.length : dot;
      const step = ++this.#step;
      let entered = 0;
      for (let i = 0; i < count; i++) {
        const node = now[i]!;
        if (node.isHash) entered = this.#enter(node, next, entered, step);
        const literal = node.literal(topic, start, end);
        if (literal !== undefined) {
          entered = this.#enter(literal, next, entered, step);
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

  /** Adds a node, and its "#" child, which needs no word. */
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

/** Maximum number of words of a node that are compared one by one. */
const FEW_WORDS = 4;

class TrieNode<T> {
  /** Its word below its parent. */
  readonly word: string;
  words: Map<string, TrieNode<T>> | undefined;
  /** Children with a literal word, unless there are many. */
  #few: readonly TrieNode<T>[] | undefined = NONE;
  /** Bits of all words that it has, or had since it was last empty. */
  #marks = 0;
  readonly values = new Set<T>();
  #list: readonly T[] | undefined = NONE;
  readonly isHash: boolean;
  star: TrieNode<T> | undefined;
  hash: TrieNode<T> | undefined;
  /** Step of the search that entered it last. */
  step = 0;

  constructor(word: string) {
    this.word = word;
    this.isHash = word === "#";
  }

  /**
   * Copy of the values: iterating over a Set costs as much as the rest of a
   * search.
   */
  get list(): readonly T[] {
    return this.#list ??= [...this.values];
  }

  /** Drops the copy after a change. */
  changed(): void {
    this.#list = undefined;
  }

  get empty(): boolean {
    return this.values.size === 0 && this.words === undefined &&
      this.star === undefined && this.hash === undefined;
  }

  /**
   * Returns the child of the word between `start` and `end`. It compares few
   * words in place: slicing and hashing the word costs more than the rest of a
   * search.
   */
  literal(topic: string, start: number, end: number): TrieNode<T> | undefined {
    if ((this.#marks & markOf(topic, start, end)) === 0) return undefined;
    const few = this.#few;
    if (few === undefined) return this.words?.get(topic.slice(start, end));
    for (let i = 0; i < few.length; i++) {
      const { word } = few[i]!;
      if (word.length === end - start && topic.startsWith(word, start)) {
        return few[i];
      }
    }
    return undefined;
  }

  child(word: string): TrieNode<T> | undefined {
    if (word === "*") return this.star;
    return word === "#" ? this.hash : this.words?.get(word);
  }

  grow(word: string): TrieNode<T> {
    if (word === "*") return this.star ??= new TrieNode(word);
    if (word === "#") return this.hash ??= new TrieNode(word);
    const words = this.words ??= new Map<string, TrieNode<T>>();
    let child = words.get(word);
    if (child === undefined) {
      child = new TrieNode(word);
      words.set(word, child);
      this.#marks |= markOf(word, 0, word.length);
      this.#listWords();
    }
    return child;
  }

  prune(word: string): void {
    if (word === "*") this.star = undefined;
    else if (word === "#") this.hash = undefined;
    else if (this.words?.delete(word)) {
      if (this.words.size === 0) {
        this.words = undefined;
        this.#marks = 0;
      }
      this.#listWords();
    }
  }

  #listWords(): void {
    const { words } = this;
    this.#few = words === undefined
      ? NONE
      : words.size <= FEW_WORDS
      ? [...words.values()]
      : undefined;
  }
}

/** Returns one of 32 bits, from a word's length and first character. */
function markOf(text: string, start: number, end: number): number {
  return start === end ? 1 : 1 << (end - start + text.charCodeAt(start) & 31);
}

/** Maximum number of topics of one generation. */
const MAX_TOPICS = 16_384;
/**
 * Number of lookups between two checks of the hit rate.
 */
const CHECK_EVERY = 2 * MAX_TOPICS;
/**
 * While the cache is bypassed, one lookup in so many still uses it, to notice
 * when topics repeat again. A power of two.
 */
const SAMPLE = 16;
/**
 * Maximum number of sampled topics, which represent all topics that fit.
 */
const MAX_SAMPLED = MAX_TOPICS / SAMPLE * 3 / 4;

/**
 * Cache of a result by topic. It is not for request topics, which are new each
 * time.
 *
 * It has two generations. A full young generation becomes the old one, whose
 * unused topics are then forgotten. If hardly any topic repeats, most lookups
 * bypass the cache: it would cost as much as the result.
 *
 * @example
 * ```ts
 * import { TopicCache } from "@caryatid/sdk/internal/bus";
 * import assert from "node:assert/strict";
 *
 * const lengths = new TopicCache((topic) => topic.length);
 * assert.equal(lengths.get("clock.tick"), 10);
 * lengths.clear(); // the results are no longer valid
 * ```
 */
export class TopicCache<T> {
  readonly #find: (topic: string) => T;
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  /** Most publishes use the topic of the one before. */
  #lastTopic: string | undefined;
  #lastValue: T | undefined;
  #hits = 0;
  #lookupsLeft = CHECK_EVERY;
  #bypassed = false;
  #skipped = 0;

  /** `find` computes the result of a topic. Its errors are not cached. */
  constructor(find: (topic: string) => T) {
    this.#find = find;
  }

  /** Returns the result of `topic`, computed if it is not cached. */
  get(topic: string): T {
    return topic === this.#lastTopic ? this.#lastValue! : this.#getOther(topic);
  }

  #getOther(topic: string): T {
    if (this.#bypassed && ++this.#skipped % SAMPLE !== 0) {
      return this.#find(topic);
    }
    return this.#lookUp(topic) ?? this.#store(topic, this.#find(topic));
  }

  /** Forgets all results. */
  clear(): void {
    this.#lastTopic = this.#lastValue = undefined;
    if (this.#young.size > 0) this.#young.clear();
    if (this.#old.size > 0) this.#old.clear();
  }

  #lookUp(topic: string): T | undefined {
    if (--this.#lookupsLeft === 0) this.#checkHitRate();
    const value = this.#young.get(topic) ?? this.#revive(topic);
    if (value === undefined) return undefined;
    this.#hits++;
    this.#lastTopic = topic;
    return this.#lastValue = value;
  }

  #checkHitRate(): void {
    const every = this.#bypassed ? CHECK_EVERY / SAMPLE : CHECK_EVERY;
    const bypassed = this.#hits < every / 4;
    // only samples count from here on
    if (bypassed && !this.#bypassed) this.clear();
    this.#bypassed = bypassed;
    this.#hits = 0;
    this.#lookupsLeft = bypassed ? CHECK_EVERY / SAMPLE : CHECK_EVERY;
  }

  #revive(topic: string): T | undefined {
    if (this.#old.size === 0) return undefined;
    const value = this.#old.get(topic);
    return value === undefined ? undefined : this.#store(topic, value);
  }

  #store(topic: string, value: T): T {
    if (this.#young.size >= (this.#bypassed ? MAX_SAMPLED : MAX_TOPICS)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(topic, value);
    return value;
  }
}
