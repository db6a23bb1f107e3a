import { MAX_TOPIC_BYTES, patternCovers } from "../topic.ts";
import {
  namesAnswers,
  requestPattern,
  responsePattern,
} from "./request_topics.ts";

/** Matches a pattern that names requests itself. */
const NAMES_REQUESTS = /(^|\.)_request\.[^.]*$/;

/**
 * Returns the patterns by which an observer of `patterns` also receives the
 * requests on their topics, and the copies of the answers. Patterns of answers
 * come first.
 *
 * @example
 * ```ts
 * import { observedPatterns } from "@caryatid/sdk/internal/bus";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(observedPatterns(["stock.tea", "order.#"]), [
 *   "stock.tea._response.*",
 *   "order.#._response.*",
 *   "stock.tea",
 *   "stock.tea._request.*",
 *   "order.#",
 * ]);
 * ```
 */
export function observedPatterns(patterns: readonly string[]): string[] {
  const plain = patterns.filter((pattern) => !namesAnswers(pattern));
  const answers = plain.map((pattern) =>
    responsePattern(pattern.replace(NAMES_REQUESTS, ""))
  );
  const requests = plain.flatMap((pattern) => {
    const own = requestPattern(pattern);
    const isIncluded = NAMES_REQUESTS.test(pattern) ||
      (fits(own) && patternCovers(pattern, own));
    return isIncluded ? [pattern] : [pattern, own];
  });
  return [...patterns.filter(namesAnswers), ...answers, ...requests]
    .filter(fits);
}

/** A longer topic cannot have requests. */
function fits(pattern: string): boolean {
  return new TextEncoder().encode(pattern).length <= MAX_TOPIC_BYTES;
}
