import { topicMatches } from "@caryatid/sdk";

/** Mostly there are few topics, and most messages are on one of them. */
const CACHED = 1_000;

/** Says whether one of some patterns matches a topic. */
export class TopicFilter {
  readonly #patterns: readonly string[];
  readonly #known = new Map<string, boolean>();

  /** Without patterns nothing matches. */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns;
  }

  /** Whether one of them matches. */
  matches(topic: string): boolean {
    const known = this.#known.get(topic);
    if (known !== undefined) return known;
    const matches = this.#patterns.some((one) => topicMatches(one, topic));
    if (this.#known.size >= CACHED) this.#known.clear();
    this.#known.set(topic, matches);
    return matches;
  }
}
