import type { Channel, ChannelModel, Message } from "amqplib";
import { Buffer } from "node:buffer";
import { closeChannel } from "../connection/channels.ts";
import { declarePrivateQueue } from "../connection/queues.ts";
import type { Names } from "../connection/topology.ts";
import type { Publisher } from "../publish/publisher.ts";

/** Type of a message that asks all processes for their dead letters. */
export const SURVEY = "dead-letters";

/** Time in which processes answer, in milliseconds. */
const ANSWER_TIME = 500;

/**
 * Asks the running processes on the exchange of the bus for the dead-letter
 * exchanges of their groups. AMQP cannot list exchanges and queues.
 */
export async function runningDeadLetterExchanges(
  connection: ChannelModel,
  names: Names,
): Promise<readonly string[]> {
  const channel = await connection.createChannel();
  channel.on("error", () => {}); // the call that failed rejects
  try {
    return await answersOn(channel, names);
  } finally {
    await closeChannel(channel);
  }
}

async function answersOn(
  channel: Channel,
  { renewed }: Names,
): Promise<readonly string[]> {
  const found = new Set<string>();
  const queue = await declarePrivateQueue(channel);
  await channel.consume(queue, (message) => {
    if (message) found.add(message.content.toString());
  }, { noAck: true });
  const question = { type: SURVEY, replyTo: queue };
  channel.publish(renewed, "", Buffer.alloc(0), question);
  await new Promise((resolve) => setTimeout(resolve, ANSWER_TIME));
  return [...found].sort();
}

/** Answers a survey with the dead-letter exchange of this process. */
export function answerSurvey(
  { properties }: Message,
  exchange: string,
  publisher: Publisher,
): void {
  const { replyTo } = properties;
  if (typeof replyTo !== "string") return;
  publisher.send({
    exchange: "",
    key: replyTo,
    body: new TextEncoder().encode(exchange),
    properties: {},
  }).catch(() => {}); // the requesting process no longer waits
}
