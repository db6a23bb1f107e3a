/** Topics that are remembered for sure; up to as many older ones are, too. */
const MOST_TOPICS = 16_384;
/** Lookups between two looks at whether remembering pays: had up to three quarters as many topics come, they came again. */
const LOOK_EVERY = 2 * MOST_TOPICS;
/** Where it doesn't pay, one lookup in so many is made all the same, to notice when topics begin to come again. A power of two. */
const SAMPLE = 16;
/** Sampled topics that are remembered: as many as stand for what could all be remembered. */
const MOST_SAMPLED = MOST_TOPICS / SAMPLE * 3 / 4;

/**
 * What was found out about a topic, until something changes. Not for the topics of requests, which are new each time.
 *
 * Two generations: when the young one is full it becomes the old one, and what nobody asked for since then is forgotten. Where
 * hardly any topic comes again, most are neither looked up nor remembered: that would cost as much as finding out.
 *
 * @example
 * ```ts
 * import { TopicCache } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const lengths = new TopicCache((topic) => topic.length);
 * assert.equal(lengths.get("clock.tick"), 10);
 * lengths.clear(); // what was found out holds no longer
 * ```
 */
export class TopicCache<T> {
  readonly #find: (topic: string) => T;
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  /** Most publishes are on the topic of the one before. */
  #lastTopic: string | undefined;
  #lastValue: T | undefined;
  #hits = 0;
  #lookupsLeft = LOOK_EVERY;
  #futile = false;
  #skipped = 0;

  /** `find` works it out; what it throws is not remembered. */
  constructor(find: (topic: string) => T) {
    this.#find = find;
  }

  /** What is known of `topic`; it is found out where nothing is. */
  get(topic: string): T {
    if (topic === this.#lastTopic) return this.#lastValue!;
    if (this.#futile && ++this.#skipped % SAMPLE !== 0) {
      return this.#find(topic);
    }
    return this.#recall(topic) ?? this.#learn(topic, this.#find(topic));
  }

  /** Forgets all: something changed. */
  clear(): void {
    this.#lastTopic = this.#lastValue = undefined;
    if (this.#young.size > 0) this.#young.clear();
    if (this.#old.size > 0) this.#old.clear();
  }

  #recall(topic: string): T | undefined {
    if (--this.#lookupsLeft === 0) this.#look();
    const value = this.#young.get(topic) ?? this.#revive(topic);
    if (value === undefined) return undefined;
    this.#hits++;
    this.#lastTopic = topic;
    return this.#lastValue = value;
  }

  #look(): void {
    const every = this.#futile ? LOOK_EVERY / SAMPLE : LOOK_EVERY;
    const futile = this.#hits < every / 4;
    if (futile && !this.#futile) this.clear(); // only samples count from here on
    this.#futile = futile;
    this.#hits = 0;
    this.#lookupsLeft = futile ? LOOK_EVERY / SAMPLE : LOOK_EVERY;
  }

  #revive(topic: string): T | undefined {
    if (this.#old.size === 0) return undefined;
    const value = this.#old.get(topic);
    return value === undefined ? undefined : this.#learn(topic, value);
  }

  #learn(topic: string, value: T): T {
    if (this.#young.size >= (this.#futile ? MOST_SAMPLED : MOST_TOPICS)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(topic, value);
    return value;
  }
}
