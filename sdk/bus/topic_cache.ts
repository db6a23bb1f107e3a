/** Topics remembered; one more and the oldest half of the truth is looked up again. */
const MOST_TOPICS = 4096;

/**
 * What was found out about a topic, until something changes. Not for the topics of requests, which are new each time.
 */
export class TopicCache<T> {
  readonly #find: (topic: string) => T;
  readonly #found = new Map<string, T>();

  /** `find` works it out; what it throws is not remembered. */
  constructor(find: (topic: string) => T) {
    this.#find = find;
  }

  /** What is known of `topic`. */
  get(topic: string): T {
    return this.#found.get(topic) ?? this.#learn(topic);
  }

  /** Forgets all: something changed. */
  clear(): void {
    if (this.#found.size > 0) this.#found.clear();
  }

  #learn(topic: string): T {
    const value = this.#find(topic);
    if (this.#found.size >= MOST_TOPICS) this.#found.clear();
    this.#found.set(topic, value);
    return value;
  }
}
