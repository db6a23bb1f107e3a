import { type Context, type Subscription, topicMatches } from "@caryatid/sdk";
import { listOf } from "../config_topics.ts";
import { carriedOn } from "./carried.ts";
import type { Configuration } from "./configuration.ts";
import { whereTest } from "./where.ts";

/**
 * Subscribes to each pattern, for topics that no pattern before it has: a message is heard once. What isn't to be logged the bus
 * leaves out, before anything is queued.
 */
export function hear(context: Context, config: Configuration): Subscription[] {
  const patterns = listOf(config.topic);
  const except = listOf(config.except);
  const where = whereTest(config.where);
  return patterns.map((pattern, index) => {
    const others = [...patterns.slice(0, index), ...except];
    const filter = (topic: string) =>
      !others.some((other) => topicMatches(other, topic)) &&
      (config.requests || carriedOn(topic).kind === "message");
    return context.subscribe(pattern, {
      overflow: "drop-oldest",
      queueSize: config["queue-size"],
      ...(where && { where }),
      ...((others.length > 0 || !config.requests) && { filter }),
    });
  });
}
