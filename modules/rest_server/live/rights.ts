import {
  CaryatidError,
  patternCovers,
  topicMatches,
  validatePattern,
  validateTopic,
} from "@caryatid/sdk";
import { topicWords } from "@caryatid/sdk/bus";
import type { LiveConfig } from "../live_config.ts";
import type { Refusal } from "./refusal.ts";

/**
 * Returns the reason for which a client may not subscribe to `pattern`;
 * undefined if it may.
 */
export function subscribeRefusal(
  pattern: string,
  config: LiveConfig,
): Refusal | undefined {
  const invalid = invalidRefusal(() => validatePattern(pattern));
  if (invalid) return invalid;
  const allowed = !isRequestTopic(pattern) &&
    config.subscribe.some((wide) => patternCovers(wide, pattern));
  return allowed ? undefined : forbidden(`to subscribe to "${pattern}"`);
}

/**
 * Returns the reason for which a client may not publish on `topic`; undefined
 * if it may.
 */
export function publishRefusal(
  topic: string,
  config: LiveConfig,
): Refusal | undefined {
  const invalid = invalidRefusal(() => validateTopic(topic));
  if (invalid) return invalid;
  const allowed = !isRequestTopic(topic) &&
    config.publish.some((pattern) => topicMatches(pattern, topic));
  return allowed ? undefined : forbidden(`to publish on "${topic}"`);
}

/**
 * Returns true if a topic carries requests or their answers. Clients may never
 * use such a topic: it belongs to the requester and the handler.
 */
export function isRequestTopic(topic: string): boolean {
  return topic.includes("_re") &&
    topicWords(topic).some((word) =>
      word === "_request" || word === "_response"
    );
}

function invalidRefusal(validate: () => unknown): Refusal | undefined {
  try {
    validate();
    return undefined;
  } catch (error) {
    if (!(error instanceof CaryatidError)) throw error;
    return { status: 400, code: "INVALID_TOPIC", detail: error.message };
  }
}

function forbidden(what: string): Refusal {
  return { status: 403, code: "FORBIDDEN", detail: `Not allowed ${what}` };
}
