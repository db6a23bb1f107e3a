/**
 * Returns true if a pattern matches a topic: `*` is one word, `#` any number of
 * words.
 */
export function topicMatches(pattern, topic) {
  const words = topic.split(".");
  // Numbers of words that the pattern so far can match.
  let reached = new Set([0]);
  for (const part of pattern.split(".")) {
    const next = new Set();
    for (const count of reached) {
      if (part === "#") {
        for (let n = count; n <= words.length; n++) next.add(n);
      } else if (
        count < words.length && (part === "*" || part === words[count])
      ) next.add(count + 1);
    }
    reached = next;
  }
  return reached.has(words.length);
}

/** Returns the typed topic that describes a topic best, or undefined. */
export function typedTopicOf(topics, topic) {
  const found = topics.filter(({ pattern }) => topicMatches(pattern, topic));
  return found.find(({ pattern }) => pattern === topic) ?? found[0];
}
