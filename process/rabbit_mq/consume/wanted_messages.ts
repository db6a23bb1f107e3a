import { type BusSubscribeOptions, topicMatches } from "@caryatid/sdk";
import type { Message } from "amqplib";
import { bindable } from "../connection/queues.ts";
import { attemptOf } from "./delivery.ts";

/**
 * The messages of a queue that its subscription wants: a binding may be wider
 * than the pattern.
 */
export class WantedMessages {
  readonly #filter: (topic: string) => boolean;
  readonly #echo: BusSubscribeOptions["echo"];
  readonly #origin: string;

  /** `origin` marks the messages of the bus of this subscription. */
  constructor(
    pattern: string,
    options: BusSubscribeOptions,
    origin: string,
  ) {
    this.#filter = filterOf(pattern, options);
    this.#echo = options.echo;
    this.#origin = origin;
  }

  /** Returns true for a message that the subscription wants. */
  includes(source: Message): boolean {
    const topic = topicOf(source);
    return this.#filter(topic) && !this.#isEcho(source, topic);
  }

  #isEcho({ properties }: Message, topic: string): boolean {
    return this.#echo !== undefined && properties.appId === this.#origin &&
      !this.#echo(topic);
  }
}

/** Returns the topic of the first publish. */
export function topicOf(source: Message): string {
  return attemptOf(source)?.topic ?? source.fields.routingKey;
}

/** Returns the topic and the id of a message: ids are unique on their topic. */
export function keyOf(source: Message): string | undefined {
  const id = source.properties.messageId;
  return id === undefined ? undefined : `${topicOf(source)} ${id}`;
}

function filterOf(
  pattern: string,
  { filter }: BusSubscribeOptions,
): (topic: string) => boolean {
  if (bindable(pattern) === pattern) return filter ?? (() => true);
  return (topic) => topicMatches(pattern, topic) && (filter?.(topic) ?? true);
}
