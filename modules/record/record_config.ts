import { z } from "zod";
import { patternKey } from "../config_topics.ts";

/** Maximum delay of a timer, in seconds. */
const MAX_SECONDS = 2_000_000;

/** Keys that Rust's format, with a file for each message, does not support. */
const NOT_WITH_RUST = ["compress", "max-files", "rotate-every"] as const;

/**
 * Schema of `[module.<id>]` of the class `record`. README.md describes the
 * keys.
 */
export const recordConfig = z.object({
  topic: z.union([patternKey, z.array(patternKey).min(1)]).default("#"),
  path: z.string().min(1),
  format: z.enum(["json", "cbor", "rust"]).default("json"),
  compress: z.boolean().default(false),
  flush: z.union([
    z.enum(["batch", "message"]),
    z.number().min(0.001).max(MAX_SECONDS),
  ]).default("batch"),
  sync: z.enum(["never", "rotation", "flush"]).default("never"),
  "max-file-size": z.number().int().min(1).default(64 * 1024 * 1024),
  "max-files": z.number().int().min(1).optional(),
  "rotate-every": z.number().min(0.001).max(MAX_SECONDS).optional(),
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

/** Checked configuration of a recorder. */
export type RecordConfig = z.infer<typeof recordConfig>;
