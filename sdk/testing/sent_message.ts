import { abortedError } from "../aborted.ts";
import { checkTimeout } from "../bus/deadlines.ts";
import { validateRequestTopic } from "../bus/request_topics.ts";
import { CaryatidError } from "../errors.ts";
import { validateTopic } from "../topic.ts";

/** What a module sent. */
export interface SentMessage<Options> {
  /** Where to. */
  readonly topic: string;
  /** The very object. */
  readonly message: unknown;
  /** With which options, where there are any. */
  readonly options?: Options;
}

/** A call as a test sees it. What the SDK itself adds to options is under symbols, and none of its business. */
export function sent<Options extends object>(
  topic: string,
  message: unknown,
  options: Options | undefined,
): SentMessage<Options> {
  const own = Object.entries(options ?? {});
  if (own.length === 0) return { topic, message };
  return { topic, message, options: Object.fromEntries(own) as Options };
}

/** Throws what an open bus refuses a publish or a request with at once. */
export function checkSent(
  what: "publish" | "request",
  call: SentMessage<{ timeout?: number; signal?: AbortSignal }>,
): void {
  const { topic, message, options: { timeout, signal } = {} } = call;
  if (message === undefined) throw undefinedError(topic);
  checkTimeout(timeout, 1);
  if (what === "publish") validateTopic(topic);
  else validateRequestTopic(topic);
  if (signal?.aborted) throw abortedError(`${what} on "${topic}"`, signal);
}

function undefinedError(topic: string): CaryatidError {
  return new CaryatidError(
    "NOT_ENCODABLE",
    `Cannot send on "${topic}": found undefined, wanted a message`,
    { hint: "null is a message" },
  );
}
