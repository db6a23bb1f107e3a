import { CaryatidError } from "./errors.ts";

/** Longest topic or pattern, in bytes of UTF-8: what AMQP can carry. */
export const MAX_TOPIC_BYTES = 255;

/**
 * The words of a topic or pattern: `""` has none, `"a."` has two, the second one empty.
 *
 * @example
 * ```ts
 * import { topicWords } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(topicWords("a.b"), ["a", "b"]);
 * assert.deepEqual(topicWords("a."), ["a", ""]);
 * assert.deepEqual(topicWords(""), []);
 * ```
 */
export function topicWords(topic: string): string[] {
  return topic === "" ? [] : topic.split(".");
}

/**
 * Says whether `pattern` names `topic`: `*` is one word, `#` zero or more.
 *
 * Mirrors `match_topic` of caryatid_sdk as RabbitMQ defines matching, in polynomial time for any pattern.
 *
 * @example A wildcard counts only as a whole word
 * ```ts
 * import { topicMatches } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * assert(topicMatches("clock.*", "clock.tick"));
 * assert(topicMatches("clock.#", "clock"));
 * assert(!topicMatches("clock.t*", "clock.tick"));
 * ```
 * @throws {CaryatidError} `INVALID_TOPIC` if either is over 255 UTF-8 bytes or has a lone surrogate
 */
export function topicMatches(pattern: string, topic: string): boolean {
  validatePattern(pattern);
  checkText(topic, "topic");
  return wordsMatch(topicWords(pattern), topicWords(topic));
}

/**
 * Says whether some topic matches both patterns.
 *
 * @example
 * ```ts
 * import { patternsOverlap } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * assert(patternsOverlap("clock.#", "*.tick")); // "clock.tick" matches both
 * assert(!patternsOverlap("clock.*", "clock"));
 * ```
 * @throws {CaryatidError} `INVALID_TOPIC` if either is over 255 UTF-8 bytes or has a lone surrogate
 */
export function patternsOverlap(a: string, b: string): boolean {
  validatePattern(a);
  validatePattern(b);
  return wordsOverlap(topicWords(a), topicWords(b));
}

/**
 * Checks that `topic` can be published on, and returns it.
 *
 * @example
 * ```ts
 * import { validateTopic } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * assert.equal(validateTopic("clock.tick"), "clock.tick");
 * assert.throws(() => validateTopic("clock.*"), { code: "INVALID_TOPIC" });
 * ```
 * @throws {CaryatidError} `INVALID_TOPIC` if it is over 255 UTF-8 bytes, has a lone surrogate, or a word `*` or `#`
 */
export function validateTopic(topic: string): string {
  checkText(topic, "topic");
  if (/[*#]/.test(topic)) {
    const wildcard = topicWords(topic).find((word) =>
      word === "*" || word === "#"
    );
    if (wildcard !== undefined) {
      throw new CaryatidError(
        "INVALID_TOPIC",
        `Cannot publish on ${quote(topic)}: found the wildcard ` +
          `${quote(wildcard)}, wanted a topic without wildcards`,
        { hint: "name one topic; only subscribe and handle take patterns" },
      );
    }
  }
  return topic;
}

/**
 * Checks that `pattern` can be subscribed to, and returns it.
 *
 * @example
 * ```ts
 * import { validatePattern } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * assert.equal(validatePattern("clock.#"), "clock.#");
 * assert.throws(() => validatePattern("x".repeat(256)), { code: "INVALID_TOPIC" });
 * ```
 * @throws {CaryatidError} `INVALID_TOPIC` if it is over 255 UTF-8 bytes or has a lone surrogate
 */
export function validatePattern(pattern: string): string {
  return checkText(pattern, "pattern");
}

/**
 * The greedy matcher for one kind of "any number" wildcard: on a mismatch only the latest `#` can help, so it takes one word
 * more. At most pattern × topic steps.
 */
export function wordsMatch(
  pattern: readonly string[],
  topic: readonly string[],
): boolean {
  let p = 0, t = 0, hash = -1, retry = 0;
  while (t < topic.length) {
    const word = pattern[p];
    if (word === "#") {
      hash = p++;
      retry = t;
    } else if (word !== undefined && (word === "*" || word === topic[t])) {
      p++;
      t++;
    } else if (hash >= 0) {
      p = hash + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (pattern[p] === "#") p++;
  return p === pattern.length;
}

/** A table of which suffixes of `a` and `b` overlap, filled from the end. At most a × b steps. */
export function wordsOverlap(
  a: readonly string[],
  b: readonly string[],
): boolean {
  let below: boolean[] = [];
  for (let i = a.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = b.length; j >= 0; j--) {
      row[j] = suffixesOverlap(a[i], b[j], below[j], row[j + 1], below[j + 1]);
    }
    below = row;
  }
  return below[0] === true;
}

function suffixesOverlap(
  a: string | undefined,
  b: string | undefined,
  withoutA: boolean | undefined,
  withoutB: boolean | undefined,
  withoutBoth: boolean | undefined,
): boolean {
  if (a === undefined && b === undefined) return true;
  // A "#" ends here, or takes one word of the other side.
  if (a === "#" && (withoutA || withoutB)) return true;
  if (b === "#" && (withoutB || withoutA)) return true;
  if (a === undefined || b === undefined || a === "#" || b === "#") {
    return false;
  }
  return withoutBoth === true && (a === "*" || b === "*" || a === b);
}

function checkText(text: string, kind: "topic" | "pattern"): string {
  if (typeof text !== "string") {
    throw new CaryatidError(
      "INVALID_TOPIC",
      `Cannot use a ${typeof text} as a ${kind}: wanted text`,
    );
  }
  // No UTF-16 unit needs more than 3 bytes, so short texts need no count.
  const bytes = text.length * 3 <= MAX_TOPIC_BYTES
    ? 0
    : new TextEncoder().encode(text).length;
  if (bytes > MAX_TOPIC_BYTES) {
    throw new CaryatidError(
      "INVALID_TOPIC",
      `Cannot use the ${kind} ${quote(text)}: ` +
        `found ${bytes} bytes of UTF-8, wanted at most ${MAX_TOPIC_BYTES}`,
      { hint: "put long values into the message" },
    );
  }
  if (!text.isWellFormed()) {
    throw new CaryatidError(
      "INVALID_TOPIC",
      `Cannot use the ${kind} ${quote(text)}: found a lone surrogate, ` +
        "wanted well-formed Unicode",
    );
  }
  return text;
}

/** Enough of a topic to recognise it in an error. */
function quote(topic: string): string {
  return JSON.stringify(
    topic.length > 80 ? `${topic.slice(0, 77)}...` : topic,
  );
}
