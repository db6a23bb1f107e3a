import { topicMatches } from "@caryatid/sdk";

/** Maximum number of cached results: most recordings have few topics. */
const MAX_CACHED = 1_000;

/** Matches topics against several patterns. */
export class TopicFilter {
  readonly #patterns: readonly string[];
  readonly #known = new Map<string, boolean>();

  /** Creates a filter; without patterns, no topic matches. */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns;
  }

  /** Returns true if a pattern matches the topic. */
  matches(topic: string): boolean {
    const known = this.#known.get(topic);
    if (known !== undefined) return known;
    const matches = this.#patterns.some((one) => topicMatches(one, topic));
    if (this.#known.size >= MAX_CACHED) this.#known.clear();
    this.#known.set(topic, matches);
    return matches;
  }
}
