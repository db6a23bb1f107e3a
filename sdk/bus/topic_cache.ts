/** Topics that are remembered for sure; up to as many older ones are, too. */
const MOST_TOPICS = 16_384;
/** Lookups between two looks at whether remembering pays. */
const LOOK_EVERY = 1_024;

/**
 * What was found out about a topic, until something changes. Not for the topics of requests, which are new each time.
 *
 * Two generations: when the young one is full it becomes the old one, and what nobody asked for since then is forgotten. Where
 * hardly any topic comes again, most are not remembered at all: that would cost more than finding out.
 */
export class TopicCache<T> {
  readonly #find: (topic: string) => T;
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  /** Most publishes are on the topic of the one before. */
  #lastTopic: string | undefined;
  #lastValue: T | undefined;
  #hits = 0;
  #misses = 0;
  #futile = false;

  /** `find` works it out; what it throws is not remembered. */
  constructor(find: (topic: string) => T) {
    this.#find = find;
  }

  /** What is known of `topic`; it is found out where nothing is. */
  get(topic: string): T {
    return this.peek(topic) ?? this.#missed(topic, this.#find(topic));
  }

  /** What is known of `topic` already. */
  peek(topic: string): T | undefined {
    if (topic === this.#lastTopic) return this.#lastValue;
    const value = this.#young.get(topic);
    if (value === undefined) return this.#revive(topic);
    this.#hits++;
    this.#lastTopic = topic;
    return this.#lastValue = value;
  }

  /** Forgets all: something changed. */
  clear(): void {
    this.#lastTopic = this.#lastValue = undefined;
    if (this.#young.size > 0) this.#young.clear();
    if (this.#old.size > 0) this.#old.clear();
  }

  #revive(topic: string): T | undefined {
    if (this.#old.size === 0) return undefined;
    const value = this.#old.get(topic);
    return value === undefined ? undefined : this.#learn(topic, value);
  }

  #missed(topic: string, value: T): T {
    if (++this.#misses === LOOK_EVERY) {
      this.#futile = this.#hits < LOOK_EVERY / 4;
      this.#hits = this.#misses = 0;
    }
    // One in 16 is remembered all the same, to notice when topics begin to come again.
    const skip = this.#futile && (this.#misses & 15) !== 0;
    return skip ? value : this.#learn(topic, value);
  }

  #learn(topic: string, value: T): T {
    if (this.#young.size >= MOST_TOPICS) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(topic, value);
    return value;
  }
}
