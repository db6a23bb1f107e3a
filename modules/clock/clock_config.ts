import { z } from "zod";
import { topicKey } from "../config_topics.ts";
import { cronSchedule } from "./schedules.ts";

/** Default period, in seconds. */
const DEFAULT_PERIOD = 1;
/** Maximum period, in seconds: more than 30 years. */
const MAX_PERIOD = 1_000_000_000;

const cronKey = z.string().superRefine(async (expression, refinement) => {
  try {
    await cronSchedule(expression, "UTC");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    refinement.addIssue({
      code: "custom",
      message: message.replace(/^CronPattern: /, ""),
    });
  }
});

const zoneKey = z.string().refine(isTimeZone, {
  error: 'expected a time zone, such as "Europe/Berlin"',
});

/**
 * Schema of `[module.<id>]` of the class `clock`. README.md describes the keys.
 */
export const clockConfig = z.object({
  topic: topicKey.default("clock.tick"),
  period: z.number().min(0.001).max(MAX_PERIOD).optional(),
  align: z.boolean().optional(),
  cron: cronKey.optional(),
  "time-zone": zoneKey.optional(),
  variant: z.string().min(1).optional(),
}).superRefine((config, refinement) => {
  const isCron = config.cron !== undefined;
  const refuse = (key: keyof typeof config, message: string) => {
    if (config[key] === undefined) return;
    refinement.addIssue({ code: "custom", path: [key], message });
  };
  if (isCron) {
    refuse("period", "found together with cron; expected one of the two");
  }
  if (isCron) {
    refuse("align", "found together with cron; expected one of the two");
  }
  if (!isCron) refuse("time-zone", "found without cron; expected both");
}).transform((config) => {
  const { topic, variant, cron } = config;
  const { period = DEFAULT_PERIOD, align = false, "time-zone": zone = "UTC" } =
    config;
  return cron === undefined
    ? { topic, variant, period, align }
    : { topic, variant, cron, "time-zone": zone };
});

/** Checked configuration of a clock. */
export type ClockConfig = z.infer<typeof clockConfig>;

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false; // the time zone is unknown
  }
}
