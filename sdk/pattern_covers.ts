import { topicWords, validatePattern } from "./topic.ts";

/** One word, or a run of wildcards: at least so many words, and more where it is open. */
type Part = string | { readonly least: number; readonly open: boolean };

/**
 * Says whether `wide` matches every topic that `narrow` matches: whether a right to `wide` is one to `narrow`.
 *
 * Words are without number, so only a wildcard covers a wildcard, and only `#` covers a `#`. At most wide × narrow² steps, with
 * the words of each.
 *
 * @example
 * ```ts
 * import { patternCovers } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * assert(patternCovers("clock.#", "clock.*"));
 * assert(!patternCovers("clock.*", "clock.#")); // "clock" too
 * ```
 * @throws {CaryatidError} `INVALID_TOPIC` if either is over 255 UTF-8 bytes or has a lone surrogate
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

/** `#.*` and `*.#` are the same; as a run each has one form. A `#` after a `#` adds nothing. */
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
