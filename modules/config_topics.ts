import { CaryatidError, validatePattern, validateTopic } from "@caryatid/sdk";
import { z } from "zod";

/** Schema of a key with a topic to publish on. */
export const topicKey: z.ZodType<string, string> = textKey(validateTopic);

/** Schema of a key with a pattern to subscribe to. */
export const patternKey: z.ZodType<string, string> = textKey(validatePattern);

/** Returns the patterns of a key that accepts one or several. */
export function listOf(
  patterns: string | readonly string[],
): readonly string[] {
  return typeof patterns === "string" ? [patterns] : patterns;
}

/**
 * Returns a schema that reports an invalid topic at the start, with its line,
 * instead of at the first publish.
 */
function textKey(
  validate: (text: string) => string,
): z.ZodType<string, string> {
  return z.string().superRefine((text, refinement) => {
    try {
      validate(text);
    } catch (error) {
      if (!(error instanceof CaryatidError)) throw error;
      refinement.addIssue({ code: "custom", message: error.message });
    }
  });
}
