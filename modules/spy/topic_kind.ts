/**
 * Kind of the messages on a topic: plain messages, or a request or its answer
 * on a bus.
 */
export interface TopicKind {
  readonly kind: "message" | "request" | "answer";
  /** Topic as the module named it. */
  readonly topic: string;
  /** Id of the request. */
  readonly request?: string;
}

/** Matches the last marker: a topic can contain such a word itself. */
const MARKED = /^(.*)\._(request|response)\.([0-9a-f]{16})$/s;

/**
 * Distinguishes requests and answers from messages by the marker at the end of
 * the topic.
 */
export function topicKind(topic: string): TopicKind {
  const found = topic.match(MARKED);
  if (found === null) return { kind: "message", topic };
  return {
    kind: found[2] === "request" ? "request" : "answer",
    topic: found[1]!,
    request: found[3]!,
  };
}
