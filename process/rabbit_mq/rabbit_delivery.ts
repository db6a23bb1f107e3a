import type { Delivery } from "@caryatid/sdk";
import { randomId, turnTime } from "@caryatid/sdk/bus";
import type { Message } from "amqplib";
import { textHeaders } from "./headers.ts";

/** A message of the broker, decoded. */
export class RabbitDelivery implements Delivery {
  readonly topic: string;
  readonly message: unknown;
  /** What the broker sent; who finishes with it acknowledges by it. */
  readonly source: Message;
  readonly time: number;
  #id: string | undefined;
  #headers: Record<string, string> | undefined;

  /** `topic` differs from the routing key only for requests. */
  constructor(source: Message, topic: string, message: unknown) {
    this.source = source;
    this.topic = topic;
    this.message = message;
    this.time = timeOf(source.properties.timestamp);
  }

  get id(): string {
    return this.#id ??= this.source.properties.messageId ?? randomId();
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#headers ??= textHeaders(this.source.properties.headers ?? {});
  }

  get redelivered(): boolean {
    return this.source.fields.redelivered;
  }
}

/** What the broker sent, of a delivery of this bus. */
export function sourceOf(delivery: Delivery): Message {
  return (delivery as RabbitDelivery).source;
}

/** AMQP has whole seconds; a message that came within its second came at once. */
function timeOf(timestamp: unknown): number {
  const now = turnTime();
  if (typeof timestamp !== "number") return now;
  return Math.floor(now / 1000) === timestamp ? now : timestamp * 1000;
}
