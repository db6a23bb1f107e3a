import type { Topics } from "@caryatid/sdk";
import { listOf } from "../config_topics.ts";
import type { PlaybackConfig } from "./playback_config.ts";

/** What a playback publishes on, as far as its section tells: what was recorded is known only to the recording. */
export function topicsFor(config: PlaybackConfig): Topics {
  const { topic, topics, only = "#", step, "status-topic": status } = config;
  const isRenamed = Object.keys(topics).length > 0;
  const replayed = topic ?? (isRenamed ? "#" : only);
  return {
    publish: [...listOf(replayed), ...status === undefined ? [] : [status]],
    subscribe: step === undefined ? [] : [step],
  };
}
