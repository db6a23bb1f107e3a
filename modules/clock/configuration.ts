import { z } from "zod";
import { topicKey } from "../config_topics.ts";
import { cronTimes } from "./cron_times.ts";

/** In seconds. */
const PERIOD = 1;
/** More than 30 years. */
const LONGEST_PERIOD = 1_000_000_000;

const cronKey = z.string().superRefine(async (expression, refinement) => {
  try {
    await cronTimes(expression, "UTC");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    refinement.addIssue({
      code: "custom",
      message: message.replace(/^CronPattern: /, ""),
    });
  }
});

const zoneKey = z.string().refine(isTimeZone, {
  error: 'wanted a time zone, such as "Europe/Berlin"',
});

/** The keys of a clock. */
export const configuration = z.object({
  topic: topicKey.default("clock.tick"),
  period: z.number().min(0.001).max(LONGEST_PERIOD).optional(),
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
  if (isCron) refuse("period", "cron says when: wanted one of the two");
  if (isCron) refuse("align", "cron says when: wanted one of the two");
  if (!isCron) refuse("time-zone", "it is that of cron, which isn't set");
}).transform((config) => {
  const { topic, variant, cron } = config;
  const { period = PERIOD, align = false, "time-zone": zone = "UTC" } = config;
  return cron === undefined
    ? { topic, variant, period, align }
    : { topic, variant, cron, "time-zone": zone };
});

/** The configuration of a clock. */
export type Configuration = z.infer<typeof configuration>;

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false; // that is how one asks
  }
}
