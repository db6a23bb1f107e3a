import { decode, encode } from "@caryatid/process/codec";
import { Buffer } from "node:buffer";
import { openBus } from "../../broker/open_bus.ts";
import { against, type Case, median } from "../harness.ts";
import { brokerUrl, fresh, RawClient, removeFromBroker } from "./raw_client.ts";

const REQUESTS = 1_500;

/** Requests in sequence; the peer answers on an exclusive queue, too. */
export const latency: readonly Case[] = [{
  name: "request-p50",
  unit: "µs",
  run: against(requestP50, raw),
  ratio: ["ours", "peer"],
  remark: "in sequence; peer: amqplib with an exclusive reply queue",
}, {
  name: "request-flatness",
  unit: "µs",
  run: flatness,
  ratio: ["last", "first"],
  goals: [{ of: "ratio", most: 1.2 }],
  remark: "p50 of the last and the first thousand of 5,000",
}];

/** Median time of a request, in microseconds. */
export async function requestP50(): Promise<number> {
  return median(await oursAll(REQUESTS));
}

async function flatness(): Promise<{ last: number; first: number }> {
  const took = await oursAll(5_000);
  return {
    last: median(took.slice(-1_000)),
    first: median(took.slice(0, 1_000)),
  };
}

async function oursAll(requests: number): Promise<number[]> {
  await (await RawClient.open())[Symbol.asyncDispose](); // a skip, if at all
  const exchange = fresh();
  try {
    await using bus = await openBus({ url: brokerUrl(), exchange });
    await bus.handle("bench.ask", ({ message }) => message).ready;
    return await timeEach(
      requests,
      (question) => bus.request("bench.ask", question),
    );
  } finally {
    await removeFromBroker(exchange);
  }
}

async function raw(): Promise<number> {
  await using client = await RawClient.open();
  const { publishing, consuming } = client;
  const exchange = fresh();
  await publishing.assertExchange(exchange, "topic", {
    durable: false,
    autoDelete: true,
  });
  const own = { exclusive: true };
  const { queue } = await consuming.assertQueue("", own);
  const { queue: replyTo } = await consuming.assertQueue("", own);
  await consuming.bindQueue(queue, exchange, "bench.ask");
  const pending = new Map<string, (answer: unknown) => void>();
  await consuming.consume(queue, (request) => {
    const { replyTo, correlationId } = request!.properties;
    const answer = bytes(decode(request!.content));
    publishing.sendToQueue(replyTo, answer, { correlationId });
    consuming.ack(request!);
  });
  await consuming.consume(replyTo, (answer) => {
    consuming.ack(answer!);
    const { correlationId } = answer!.properties;
    pending.get(correlationId)!(decode(answer!.content));
    pending.delete(correlationId);
  });
  const ask = (question: number) =>
    new Promise((resolve) => {
      const correlationId = String(question);
      pending.set(correlationId, resolve);
      const options = { replyTo, correlationId, mandatory: true };
      publishing.publish(exchange, "bench.ask", bytes(question), options);
    });
  return median(await timeEach(REQUESTS, ask));
}

async function timeEach(
  requests: number,
  ask: (question: number) => Promise<unknown>,
): Promise<number[]> {
  const took: number[] = [];
  for (let question = 0; question < requests; question++) {
    const start = performance.now();
    const answer = await ask(question);
    took.push((performance.now() - start) * 1000);
    if (answer !== question) throw new Error(`wrong answer to ${question}`);
  }
  return took;
}

function bytes(message: unknown): Buffer {
  const body = encode(message);
  return Buffer.from(body.buffer, body.byteOffset, body.length);
}
