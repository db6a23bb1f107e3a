import { z } from "zod";

/** Schema of a question. */
export const question = z.object({ message: z.string() });

/** Schema of an answer, which repeats its question. */
export const answer = question.extend({ response: z.string() });
