import type { Topics } from "@caryatid/sdk";
import type { RestServerConfig } from "../config.ts";
import { declaredTopic, wantedTopic } from "../routes/declarations.ts";

/**
 * Returns the topics of a server: requests for each path, the announcements of
 * routes, and the topics that its section opens to browsers.
 */
export function topicsFor({ topic, live }: RestServerConfig): Topics {
  return {
    request: [`${topic}.*.#`],
    publish: [wantedTopic(topic), ...live?.publish ?? []],
    subscribe: [declaredTopic(topic), ...live?.subscribe ?? []],
  };
}
