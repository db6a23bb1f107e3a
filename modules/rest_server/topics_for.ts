import type { Topics } from "@caryatid/sdk";
import type { RestServerConfig } from "./config.ts";
import { declaredTopic, wantedTopic } from "./declarations.ts";

/** What a server uses: a request for each path, the talk about routes, and what its section lets browsers hear and say. */
export function topicsFor({ topic, live }: RestServerConfig): Topics {
  return {
    request: [`${topic}.*.#`],
    publish: [wantedTopic(topic), ...live?.publish ?? []],
    subscribe: [declaredTopic(topic), ...live?.subscribe ?? []],
  };
}
