import type { Observed, ObservedRequest } from "@caryatid/sdk/internal/bus";
import { harmless } from "../terminal/terminal.ts";
import { messageJson } from "./message_json.ts";

/** Returns a message as one line: its topic and JSON. */
export function messageText(
  { topic, message }: Observed,
  json: boolean,
): string {
  return json
    ? messageJson({ topic, message })
    : `${harmless(topic)} ${messageJson(message)}`;
}

/** Returns a request with its outcome as one line. */
export function requestText(
  pair: ObservedRequest<Observed>,
  json: boolean,
): string {
  if (json) return messageJson(recordOf(pair));
  const { topic, request, outcome } = pair;
  const asked = `request ${messageText({ ...request, topic }, false)}`;
  if (outcome === undefined) return `${asked}, no answer seen yet`;
  const duration = `${Number(outcome.duration.toPrecision(3))} ms`;
  if (!outcome.failed) {
    return `${asked}, answered in ${duration}: ${messageJson(outcome.message)}`;
  }
  const { code, message } = errorOf(outcome.message);
  return `${asked}, failed in ${duration}: ${harmless(`${code}: ${message}`)}`;
}

function recordOf(
  { topic, id, request, outcome }: ObservedRequest<Observed>,
): Record<string, unknown> {
  const asked = { topic, request: id, message: request.message };
  if (outcome === undefined) return asked;
  const { duration, failed, message } = outcome;
  return failed
    ? { ...asked, duration, error: errorOf(message) }
    : { ...asked, duration, answer: message };
}

function errorOf(failure: unknown): { code: unknown; message: unknown } {
  const { code, message } = (failure ?? {}) as Record<string, unknown>;
  return { code, message };
}
