import { patternsOverlap } from "@caryatid/sdk";
import type { RouteConfig } from "../config/process_config.ts";

/** A topic takes the first route that matches; a pattern all that overlap, up to one that takes the rest. */
export function routesOf(
  routes: readonly RouteConfig[],
  topic: string,
): readonly RouteConfig[] {
  const fitting = routes.filter(({ pattern }) => overlap(pattern, topic));
  const last = isPattern(topic)
    ? fitting.findIndex((one) => one.pattern === "#")
    : 0;
  return last < 0 ? fitting : fitting.slice(0, last + 1);
}

/** Whether it has a wildcard. */
export function isPattern(topic: string): boolean {
  return /(^|\.)[*#](\.|$)/.test(topic);
}

/** Whether a route may carry something on a topic or pattern; never for what is no topic at all. */
export function overlap(pattern: string, topic: string): boolean {
  try {
    return patternsOverlap(pattern, topic);
  } catch {
    return false; // no topic at all: its module has its own idea of it
  }
}
