import { CaryatidError, type Topics } from "@caryatid/sdk";
import { z } from "zod";
import { listOf, patternKey, topicKey } from "../config_topics.ts";
import { TopicMap } from "./topic_map.ts";

/** Maximum delay of a timer, in seconds. */
const MAX_SECONDS = 2_000_000;

const TIME_HINT = "expected a sequence, or a time such as " +
  "2026-11-24T08:16:21Z";

/** A sequence or a time: a date of TOML or a text. */
const place: z.ZodType<number | Date, number | string> = z.preprocess(
  (value: unknown) => value instanceof Date ? value.toISOString() : value,
  z.union([z.number().int().min(0), z.string()]).transform(
    (value, refinement) => {
      if (typeof value === "number") return value;
      const time = new Date(value);
      if (/^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(time.getTime())) {
        return time;
      }
      refinement.addIssue({ code: "custom", message: TIME_HINT });
      return z.NEVER;
    },
  ),
) as z.ZodType<number | Date, number | string>;

const topics = z.record(z.string(), z.string()).default({}).superRefine(
  (table, refinement) => {
    try {
      new TopicMap(table);
    } catch (error) {
      if (!(error instanceof CaryatidError)) throw error;
      refinement.addIssue({ code: "custom", message: error.message });
    }
  },
);

/**
 * Schema of `[module.<id>]` of the class `playback`. README.md describes the
 * keys.
 */
export const playbackConfig = z.object({
  path: z.string().min(1),
  topic: topicKey.optional(),
  topics,
  only: z.union([patternKey, z.array(patternKey).min(1)]).optional(),
  speed: z.union([z.literal("max"), z.number().min(0.001).max(1_000_000)])
    .default(1),
  step: patternKey.optional(),
  "max-pause": z.number().min(0).max(MAX_SECONDS).optional(),
  from: place.optional(),
  to: place.optional(),
  loop: z.union([z.boolean(), z.number().int().min(1)]).default(false),
  "status-topic": topicKey.optional(),
  "status-every": z.number().min(0.01).max(MAX_SECONDS).default(1),
  "on-damage": z.enum(["fail", "skip"]).default("fail"),
});

/** Checked configuration of a playback. */
export type PlaybackConfig = z.infer<typeof playbackConfig>;

/**
 * Returns the topics that a configuration uses. Topics that only the recording
 * knows are `#`.
 */
export function topicsFor(config: PlaybackConfig): Topics {
  const { topic, topics, only = "#", step, "status-topic": status } = config;
  const isRenamed = Object.keys(topics).length > 0;
  const replayed = topic ?? (isRenamed ? "#" : only);
  return {
    publish: [...listOf(replayed), ...status === undefined ? [] : [status]],
    subscribe: step === undefined ? [] : [step],
  };
}
