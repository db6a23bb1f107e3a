import { z } from "zod";
import { patternKey } from "../config_topics.ts";
import { pathWords } from "./path.ts";

/** Maximum of `size`, in characters. */
const MAX_SIZE = 1_000_000;
const MAX_QUEUE = 1_000_000;
const CONDITIONS = "not, above, below, contains, exists";

const LIST_ERROR = { error: "expected a pattern, or an array of patterns" };

const pathPattern = z.string().superRefine((text, refinement) => {
  const problem = problemOf(text);
  if (problem) refinement.addIssue({ code: "custom", message: problem });
});

const path = z.string().superRefine((text, refinement) => {
  const problem = problemOf(text, false);
  if (problem) refinement.addIssue({ code: "custom", message: problem });
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const conditions = z.strictObject({
  not: z.union([scalar, z.array(scalar)]).optional(),
  above: z.number().optional(),
  below: z.number().optional(),
  contains: scalar.optional(),
  exists: z.boolean().optional(),
});

const wanted = z.union([scalar, z.array(scalar), conditions], {
  error: `expected a value, an array of values or a table of ${CONDITIONS}; ` +
    'a path is quoted as a whole: "message.kind"',
});

const where = z.record(z.string(), wanted).superRefine((table, refinement) => {
  for (const key of Object.keys(table)) {
    const message = problemOf(key, false);
    if (message) refinement.addIssue({ code: "custom", path: [key], message });
  }
});

/**
 * Schema of `[module.<id>]` of the class `spy`. README.md describes the keys.
 */
export const spyConfig = z.object({
  topic: z.union([patternKey, z.array(patternKey).min(1)], LIST_ERROR).default(
    "#",
  ),
  except: z.union([patternKey, z.array(patternKey)], LIST_ERROR).default([]),
  requests: z.boolean().default(true),
  answers: z.boolean().default(true),
  where: where.default({}),
  show: z.array(path).min(1).optional(),
  redact: z.array(pathPattern).default([]),
  size: z.int().min(16).max(MAX_SIZE).default(1_000),
  "one-in": z.int().min(1).default(1),
  "per-second": z.int().min(1).optional(),
  "queue-size": z.int().min(1).max(MAX_QUEUE).default(1_000),
  level: z.enum(["debug", "info", "warn", "error"]).default("info"),
});

/** Checked configuration of a spy. */
export type SpyConfig = z.infer<typeof spyConfig>;

/** Returns the problem of an invalid path. */
function problemOf(text: string, wildcards = true): string | undefined {
  try {
    const words = pathWords(text);
    const wild = words.some((word) => word === "*" || word === "#");
    return wild && !wildcards
      ? "found a wildcard; expected the path of one value"
      : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
