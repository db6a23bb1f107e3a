import { z } from "zod";
import { patternKey } from "../config_topics.ts";

/** Longest wait that a timer takes, in seconds. */
const LONGEST = 2_000_000;

/** What only files of more than one entry have. */
const NOT_WITH_RUST = ["compress", "max-files", "rotate-every"] as const;

/** The keys of `[module.<id>]` of the class `record`; what each means says README.md. */
export const recordConfig = z.object({
  topic: z.union([patternKey, z.array(patternKey).min(1)]).default("#"),
  path: z.string().min(1),
  format: z.enum(["json", "cbor", "rust"]).default("json"),
  compress: z.boolean().default(false),
  flush: z.union([
    z.enum(["batch", "message"]),
    z.number().min(0.001).max(LONGEST),
  ]).default("batch"),
  sync: z.enum(["never", "rotation", "flush"]).default("never"),
  "max-file-size": z.number().int().min(1).default(64 * 1024 * 1024),
  "max-files": z.number().int().min(1).optional(),
  "rotate-every": z.number().min(0.001).max(LONGEST).optional(),
  "on-write-error": z.enum(["fail", "retry", "drop"]).default("fail"),
  "on-unencodable": z.enum(["skip", "fail"]).default("skip"),
  "queue-size": z.number().int().min(1).max(1_000_000).default(10_000),
}).superRefine((config, refinement) => {
  if (config.format !== "rust") return;
  for (const key of NOT_WITH_RUST) {
    if (config[key] === undefined || config[key] === false) continue;
    refinement.addIssue({
      code: "custom",
      path: [key],
      message: 'found with format = "rust", which has a file for each message',
    });
  }
});

/** A checked section. */
export type RecordConfig = z.infer<typeof recordConfig>;
