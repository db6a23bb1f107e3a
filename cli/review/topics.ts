import { patternCovers, patternsOverlap, type TopicUse } from "@caryatid/sdk";
import type { RouteConfig } from "@caryatid/process/internal/config";
import type { Inspection } from "../inspection/inspection.ts";

/**
 * Returns the routes of a topic, which is the first that matches, or of a
 * pattern: all that overlap, up to the first that covers it.
 */
export function routesOf(
  routes: readonly RouteConfig[],
  topic: string,
): readonly RouteConfig[] {
  const matching = routes.filter(({ pattern }) => overlap(pattern, topic));
  const last = isPattern(topic)
    ? matching.findIndex(({ pattern }) => covers(pattern, topic))
    : 0;
  return last < 0 ? matching : matching.slice(0, last + 1);
}

/** True if the topic contains a wildcard. */
export function isPattern(topic: string): boolean {
  return /(^|\.)[*#](\.|$)/.test(topic);
}

/** True if the patterns overlap; false if either is not valid. */
export function overlap(pattern: string, topic: string): boolean {
  try {
    return patternsOverlap(pattern, topic);
  } catch {
    return false; // not a topic: the value means something else to its module
  }
}

/** True if every topic of `narrow` matches `wide`; false if not valid. */
function covers(wide: string, narrow: string): boolean {
  try {
    return patternCovers(wide, narrow);
  } catch {
    return false; // not a topic: the value means something else to its module
  }
}

/**
 * Returns the patterns that a module declares for a use, except internal ones
 * such as `rest._routes.wanted`, whose word begins with `_`.
 */
export function publicPatterns(
  { declared }: Inspection,
  use: TopicUse,
): readonly string[] {
  const all = new Set(declared?.[use]);
  return [...all].filter((pattern) => !/(^|\.)_/.test(pattern));
}
