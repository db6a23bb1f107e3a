import { type Context, type Subscription, topicMatches } from "@caryatid/sdk";
import { carriedOn } from "./carried.ts";
import type { Configuration } from "./configuration.ts";

/**
 * Subscribes to each pattern, for topics that no pattern before it has: a message is heard once. What topics alone decide is
 * decided by the bus, before anything is queued.
 */
export function hear(context: Context, config: Configuration): Subscription[] {
  const patterns = listOf(config.topic);
  const except = listOf(config.except);
  return patterns.map((pattern, index) => {
    const others = [...patterns.slice(0, index), ...except];
    const filter = (topic: string) =>
      !others.some((other) => topicMatches(other, topic)) &&
      (config.requests || carriedOn(topic).kind === "message");
    return context.subscribe(pattern, {
      overflow: "drop-oldest",
      queueSize: config["queue-size"],
      ...((others.length > 0 || !config.requests) && { filter }),
    });
  });
}

function listOf(patterns: string | readonly string[]): readonly string[] {
  return typeof patterns === "string" ? [patterns] : patterns;
}
