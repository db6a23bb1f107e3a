import type { Delivery } from "@caryatid/sdk";
import { randomId, turnTime } from "@caryatid/sdk/bus";
import type { Message } from "amqplib";
import { type Attempt, publishedHeaders } from "./attempt.ts";
import { textHeaders } from "./headers.ts";

/** A message of the broker, decoded. */
export class RabbitDelivery implements Delivery {
  readonly topic: string;
  readonly message: unknown;
  /** What the broker sent; who finishes with it acknowledges by it. */
  readonly source: Message;
  readonly time: number;
  /** The attempts before this one, where loops were left with it. */
  readonly attempt: Attempt | undefined;
  #id: string | undefined;
  #headers: Record<string, string> | undefined;

  /** `topic` differs from the routing key where it is given again, as `attempt` tells. */
  constructor(
    source: Message,
    topic: string,
    message: unknown,
    attempt?: Attempt,
  ) {
    this.source = source;
    this.topic = topic;
    this.message = message;
    this.attempt = attempt;
    this.time = attempt?.time ?? timeOf(source.properties.timestamp);
  }

  get id(): string {
    return this.#id ??= this.source.properties.messageId ?? randomId();
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#headers ??= textHeaders(publishedHeaders(this.source));
  }

  get redelivered(): boolean {
    return this.attempt !== undefined || this.source.fields.redelivered;
  }
}

/** What the broker sent, of a delivery of this bus. */
export function sourceOf(delivery: Delivery): Message {
  return (delivery as RabbitDelivery).source;
}

/** The last second that a date has. */
const LATEST = 8.64e12;

/** AMQP has whole seconds; a message that came within its second came at once. What others call seconds may be no time at all. */
function timeOf(timestamp: unknown): number {
  const now = turnTime();
  if (typeof timestamp !== "number" || timestamp > LATEST) return now;
  return Math.floor(now / 1000) === timestamp ? now : timestamp * 1000;
}
