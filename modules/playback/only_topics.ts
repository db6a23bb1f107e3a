import { topicMatches } from "@caryatid/sdk";
import type { RecordedMessage } from "../record/recorded_message.ts";

/** A recording has few topics. */
const CACHED = 1_000;

/** Says which messages are to be replayed. */
export class OnlyTopics {
  readonly #patterns: readonly string[];
  readonly #known = new Map<string, boolean>();

  /** Those on topics that one of `patterns` matches. */
  constructor(patterns: string | readonly string[]) {
    this.#patterns = typeof patterns === "string" ? [patterns] : patterns;
  }

  /** Whether this is one of them. Without a topic none is. */
  has({ topic }: RecordedMessage): boolean {
    if (topic === undefined) return false;
    const known = this.#known.get(topic);
    if (known !== undefined) return known;
    const matches = this.#patterns.some((pattern) =>
      topicMatches(pattern, topic)
    );
    if (this.#known.size >= CACHED) this.#known.clear();
    this.#known.set(topic, matches);
    return matches;
  }
}
