import { z } from "zod";

/** What is asked. */
export const question = z.object({ message: z.string() });

/** The question again, and what is said to it. */
export const answer = question.extend({ response: z.string() });
