/** Topics that are remembered at once; then all are forgotten. */
const MOST_TOPICS = 16_384;

/**
 * Remembers which topics passed a test, and only those: what is refused may be slow.
 *
 * A set and nothing else. A `TopicCache`, which keeps what is still in use when it is full, takes 8 ns more: 5 % of a publish, which is
 * all that rights may cost.
 */
export class KnownTopics {
  readonly #test: (topic: string) => boolean;
  readonly #passed = new Set<string>();

  /** What `test` throws isn't remembered. It must depend on the topic alone. */
  constructor(test: (topic: string) => boolean) {
    this.#test = test;
  }

  /** Says whether the topic passes the test. */
  has(topic: string): boolean {
    return this.#passed.has(topic) || this.#find(topic);
  }

  #find(topic: string): boolean {
    if (!this.#test(topic)) return false;
    if (this.#passed.size === MOST_TOPICS) this.#passed.clear();
    this.#passed.add(topic);
    return true;
  }
}
