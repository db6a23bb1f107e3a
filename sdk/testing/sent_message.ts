import { abortedError, CaryatidError } from "../errors.ts";
import { checkTimeout } from "../bus/deadlines.ts";
import { validateRequestTopic } from "../bus/request_topics.ts";
import { validateTopic } from "../topic.ts";

/** Message or request that a module sent. */
export interface SentMessage<Options> {
  /** Topic of the call. */
  readonly topic: string;
  /** The sent object itself. */
  readonly message: unknown;
  /** Options of the call, if any. */
  readonly options?: Options;
}

/**
 * Returns the record of a call, without the options that the SDK adds under
 * symbols.
 */
export function sent<Options extends object>(
  topic: string,
  message: unknown,
  options: Options | undefined,
): SentMessage<Options> {
  const own = Object.entries(options ?? {});
  if (own.length === 0) return { topic, message };
  return { topic, message, options: Object.fromEntries(own) as Options };
}

/**
 * Throws the error with which an open bus rejects an invalid publish or request
 * at once.
 */
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
    `Cannot send on "${topic}": found undefined; expected a message`,
    { hint: "Send null for an empty message." },
  );
}
