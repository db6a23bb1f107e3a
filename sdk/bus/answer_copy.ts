import type { CaryatidError } from "../errors.ts";
import { describeFailure } from "./remote_failure.ts";

/** Header of the copy of an answer: time since the request, in milliseconds. */
export const ANSWER_DURATION_HEADER = "answer-duration";

/**
 * Header of the copy of an answer if the request failed: the code of the error.
 */
export const ANSWER_FAILURE_HEADER = "answer-failure";

/** Copy of the answer to a request, for subscribers of its response topic. */
export interface AnswerCopy {
  /** The answer; if the request failed, its error as `RemoteFailure`. */
  readonly message: unknown;
  /** Duration of the request, and the code of its error if it failed. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Resolves with a copy of an answer, also if the request fails.
 *
 * @example
 * ```ts
 * import { answerCopy } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const { message, headers } = await answerCopy(Promise.resolve("sunny"));
 * assert.equal(message, "sunny");
 * assert(Number(headers["answer-duration"]) >= 0);
 * ```
 */
export function answerCopy(answer: Promise<unknown>): Promise<AnswerCopy> {
  const start = performance.now();
  const duration = () => ({
    [ANSWER_DURATION_HEADER]: (performance.now() - start).toFixed(3),
  });
  return answer.then(
    (message) => ({ message, headers: duration() }),
    (error: CaryatidError) => {
      const message = describeFailure(error);
      const headers = { ...duration(), [ANSWER_FAILURE_HEADER]: message.code };
      return { message, headers };
    },
  );
}
