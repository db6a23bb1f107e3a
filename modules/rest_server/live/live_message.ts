import type { Delivery } from "@caryatid/sdk";
import { timeText } from "../../time_text.ts";
import { messageJson } from "./message_json.ts";

/** Reason why a client does not receive messages. */
export type GapReason =
  | "behind"
  | "expired"
  | "foreign"
  | "not-encodable"
  | "too-large";

/** Messages that a client does not get. */
export interface Gap {
  /** Reason of the gap. */
  readonly reason: GapReason;
  /** Number of messages; null if it is unknown. */
  readonly missed: number | null;
}

/** Message that is converted to text once for all clients. */
export interface LiveMessage {
  /** Topic of the message. */
  readonly topic: string;
  /**
   * Properties topic, message, id and time as JSON without the braces;
   * undefined if the message cannot be JSON.
   */
  readonly json: string | undefined;
}

// Subscriptions in memory share the delivery, so that one text serves all
// patterns that match.
const texts = new WeakMap<Delivery, LiveMessage>();

/** Returns the text of a delivery, which is created on first use. */
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
