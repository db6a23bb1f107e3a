import { CaryatidError, validatePattern, validateTopic } from "@caryatid/sdk";
import { z } from "zod";

/** A key that names a topic to publish on. */
export const topicKey: z.ZodType<string, string> = textKey(validateTopic);

/** A key that says which topics to subscribe to. */
export const patternKey: z.ZodType<string, string> = textKey(validatePattern);

/** A key that takes one pattern, or several. */
export function listOf(
  patterns: string | readonly string[],
): readonly string[] {
  return typeof patterns === "string" ? [patterns] : patterns;
}

/** A wrong topic is told at the start, with its line of the configuration, not at the first publish. */
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
