/** What a topic carries: a message, or a request or its answer on its way over a bus. */
export interface Carried {
  readonly kind: "message" | "request" | "answer";
  /** The topic that a module named. */
  readonly topic: string;
  /** Which request. */
  readonly request?: string;
}

/** Of the last marker: a topic may itself have such a word. */
const MARKED = /^(.*)\._(request|response)\.([0-9a-f]{16})$/s;

/** Tells requests and answers from messages, by what stands behind the topic. */
export function carriedOn(topic: string): Carried {
  const found = topic.match(MARKED);
  if (found === null) return { kind: "message", topic };
  return {
    kind: found[2] === "request" ? "request" : "answer",
    topic: found[1]!,
    request: found[3]!,
  };
}
