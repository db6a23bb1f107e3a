import type { Delivery } from "@caryatid/sdk";
import { timeText } from "../../time_text.ts";
import { messageJson } from "./message_json.ts";

/** Why messages are missing from what a client gets. */
export type GapReason =
  | "behind"
  | "expired"
  | "foreign"
  | "not-encodable"
  | "too-large";

/** Messages that a client does not get. */
export interface Gap {
  /** Why. */
  readonly reason: GapReason;
  /** Number of messages; null if it is unknown. */
  readonly missed: number | null;
}

/** A message, made text once for all clients. */
export interface LiveMessage {
  /** Topic of the message. */
  readonly topic: string;
  /**
   * The properties topic, message, id and time as JSON without the braces;
   * undefined where it has no such form.
   */
  readonly json: string | undefined;
}

// Subscriptions in memory share the delivery, so that one text serves all
// patterns that match.
const texts = new WeakMap<Delivery, LiveMessage>();

/** The text of a delivery; made when it is first asked for. */
export function liveMessage(delivery: Delivery): LiveMessage {
  const known = texts.get(delivery);
  if (known) return known;
  const message = toText(delivery);
  texts.set(delivery, message);
  return message;
}

function toText({ topic, message, id, time }: Delivery): LiveMessage {
  const json = messageJson(message);
  if (json === undefined) return { topic, json };
  const name = JSON.stringify(topic);
  return {
    topic,
    json: `"topic":${name},"message":${json},"id":${JSON.stringify(id)},` +
      `"time":"${timeText(time)}"`,
  };
}
