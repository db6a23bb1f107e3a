import { CaryatidError } from "./errors.ts";

/** Maximum length of a topic or pattern, in bytes of UTF-8: AMQP's limit. */
export const MAX_TOPIC_BYTES = 255;

/**
 * Returns the words of a topic or pattern. `""` has no words; `"a."` has two,
 * and the second one is empty.
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
 * Returns true if `topic` matches `pattern`: `*` is one word, `#` zero or more.
 *
 * Mirrors `match_topic` of caryatid_sdk as RabbitMQ defines matching, in
 * polynomial time for any pattern.
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
 * @throws {CaryatidError} `INVALID_TOPIC` if either is over 255 UTF-8 bytes or
 * has a lone surrogate
 */
export function topicMatches(pattern: string, topic: string): boolean {
  validatePattern(pattern);
  checkText(topic, "topic");
  return wordsMatch(topicWords(pattern), topicWords(topic));
}

/**
 * Returns true if some topic matches both patterns.
 *
 * @example
 * ```ts
 * import { patternsOverlap } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * assert(patternsOverlap("clock.#", "*.tick")); // "clock.tick" matches both
 * assert(!patternsOverlap("clock.*", "clock"));
 * ```
 * @throws {CaryatidError} `INVALID_TOPIC` if either is over 255 UTF-8 bytes or
 * has a lone surrogate
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
 * @throws {CaryatidError} `INVALID_TOPIC` if it is over 255 UTF-8 bytes, has a
 * lone surrogate, or a word `*` or `#`
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
          `${quote(wildcard)}; expected a topic without wildcards`,
        { hint: "Name one topic: only subscribe and handle take patterns." },
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
 * const long = "x".repeat(256);
 * assert.throws(() => validatePattern(long), { code: "INVALID_TOPIC" });
 * ```
 * @throws {CaryatidError} `INVALID_TOPIC` if it is over 255 UTF-8 bytes or has
 * a lone surrogate
 */
export function validatePattern(pattern: string): string {
  return checkText(pattern, "pattern");
}

/**
 * Returns true if the words of a topic match those of a pattern.
 *
 * The match is greedy: after a mismatch, the latest `#` takes one more word,
 * since no earlier `#` can help. It needs at most pattern × topic steps.
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

/**
 * Returns true if some topic matches the words of both patterns.
 *
 * Fills a table of the suffixes of `a` and `b` that overlap, from the end. It
 * needs at most a × b steps.
 */
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
      `Cannot use a ${typeof text} as a ${kind}: expected text`,
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
        `found ${bytes} bytes of UTF-8; expected at most ${MAX_TOPIC_BYTES}`,
      { hint: "Put long values into the message." },
    );
  }
  if (!text.isWellFormed()) {
    throw new CaryatidError(
      "INVALID_TOPIC",
      `Cannot use the ${kind} ${quote(text)}: found a lone surrogate; ` +
        "expected well-formed Unicode",
    );
  }
  return text;
}

/** Returns the quoted topic, shortened to 80 characters. */
function quote(topic: string): string {
  return JSON.stringify(
    topic.length > 80 ? `${topic.slice(0, 77)}...` : topic,
  );
}

/**
 * One word, or a run of wildcards: it covers `least` words, or more if it is
 * `open`.
 */
type Part = string | { readonly least: number; readonly open: boolean };

/**
 * Returns true if `wide` matches every topic that `narrow` matches. A right to
 * `wide` then includes a right to `narrow`.
 *
 * The set of words is unlimited, so only a wildcard covers a wildcard, and only
 * `#` covers a `#`. With the word counts of both, the check needs at most
 * wide × narrow² steps.
 *
 * @example
 * ```ts
 * import { patternCovers } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * assert(patternCovers("clock.#", "clock.*"));
 * assert(!patternCovers("clock.*", "clock.#")); // "clock" too
 * ```
 * @throws {CaryatidError} `INVALID_TOPIC` if either is over 255 UTF-8 bytes or
 * has a lone surrogate
 */
export function patternCovers(wide: string, narrow: string): boolean {
  validatePattern(wide);
  const words = topicWords(validatePattern(narrow));
  // below[j]: the parts after this one cover all words from j on
  let below = words.map(() => false).concat(true);
  for (const part of parts(topicWords(wide)).reverse()) {
    below = below.map((_, start) => covers(part, words, start, below));
  }
  return below[0]!;
}

/**
 * Splits a pattern into words and runs of wildcards. `#.*` and `*.#` mean the
 * same and become the same run. A `#` after a `#` adds nothing.
 */
function parts(words: readonly string[]): Part[] {
  const found: Part[] = [];
  for (const word of words) {
    const last = found.at(-1);
    if (word !== "*" && word !== "#") found.push(word);
    else {
      const run = typeof last === "object" ? last : { least: 0, open: false };
      if (run === last) found.pop();
      found.push({
        least: run.least + (word === "*" ? 1 : 0),
        open: run.open || word === "#",
      });
    }
  }
  return found;
}

function covers(
  part: Part,
  words: readonly string[],
  start: number,
  below: readonly boolean[],
): boolean {
  if (typeof part === "string") {
    return words[start] === part && below[start + 1] === true;
  }
  let count = 0; // a "#" may stand for no word at all
  for (let end = start;; end++) {
    if (count >= part.least && below[end]) return true;
    const word = words[end];
    if (word === undefined) return false;
    if (word === "#" ? !part.open : !part.open && count === part.least) {
      return false;
    }
    if (word !== "#") count++;
  }
}
