import type { Channel, Message } from "amqplib";
import assert from "node:assert/strict";
import { AckBatch } from "./ack_batch.ts";

/** As much of a channel as a batch uses. It writes down what it is told. */
class FakeChannel {
  readonly told: string[] = [];

  ack({ fields }: Message, all = false): void {
    this.told.push(`ack ${fields.deliveryTag}${all ? " and before" : ""}`);
  }

  nack({ fields }: Message, _all: boolean, requeue: boolean): void {
    const what = requeue ? "return" : "refuse";
    this.told.push(`${what} ${fields.deliveryTag}`);
  }
}

function open(count: number, alone: boolean, prefetch = 100) {
  const channel = new FakeChannel();
  const batch = new AckBatch(channel as unknown as Channel, alone, prefetch);
  const messages = Array.from(
    { length: count },
    (_, i) => ({ fields: { deliveryTag: i + 1 } }) as unknown as Message,
  );
  for (const message of messages) batch.opened(message);
  return { batch, messages, told: channel.told };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A turn in which one is done, and the next, in which none is. */
async function turns(): Promise<void> {
  await turn();
  await turn();
}

Deno.test("a batch acknowledges the oldest ones together, and by itself what is ahead of one that isn't done", async () => {
  const { batch, messages: [a, b, c, d], told } = open(4, true);
  for (const message of [b!, a!, d!]) batch.ack(message);
  assert.deepEqual(told, []);
  await turns();
  assert.deepEqual(told, ["ack 4", "ack 2 and before"]);
  batch.ack(c!);
  await turns();
  assert.deepEqual(told.slice(2), ["ack 3 and before"]);
});

Deno.test("a batch doesn't acknowledge what came by another channel under the same tag, nor anything twice", async () => {
  const { batch, messages: [a], told } = open(1, true);
  const [stranger] = open(1, true).messages;
  assert(batch.holds(a!) && !batch.holds(stranger!));
  for (const message of [stranger!, a!, a!]) batch.ack(message);
  batch.refuse(a!);
  await turns();
  assert.deepEqual(told, ["ack 1 and before"]);
});

Deno.test("what waits to be acknowledged is dropped with its channel, which would throw", async () => {
  const { batch, messages: [a, b], told } = open(2, true);
  batch.ack(a!);
  batch.drop();
  batch.ack(b!);
  await turns();
  assert.deepEqual(told, []);
});

Deno.test("a batch waits as long as every turn brings more, up to a quarter of what the broker sends ahead", async () => {
  const { batch, messages, told } = open(12, true, 40);
  for (const message of messages) {
    batch.ack(message);
    await turn();
  }
  assert.deepEqual(told, ["ack 10 and before"]);
  await turn();
  assert.deepEqual(told.slice(1), ["ack 12 and before"]);
});

Deno.test("a batch where the broker sends one ahead acknowledges that one in the same turn", async () => {
  const { batch, messages: [a], told } = open(1, true, 1);
  batch.ack(a!);
  await turn();
  assert.deepEqual(told, ["ack 1 and before"]);
});

Deno.test("what was told already isn't counted for the next batch", async () => {
  const { batch, messages: [a, b, c], told } = open(3, true);
  batch.ack(a!);
  batch.ack(b!);
  await turn();
  batch.flush();
  batch.ack(c!);
  await turns();
  assert.deepEqual(told, ["ack 2 and before", "ack 3 and before"]);
});

Deno.test("on a shared channel each delivery is acknowledged by itself, and the rest is given back", () => {
  const { batch, messages: [a, b, c], told } = open(4, false);
  batch.ack(a!);
  batch.ack(b!);
  batch.return(c!);
  batch.flush();
  batch.giveBack();
  assert.deepEqual(told, ["return 3", "ack 1", "ack 2", "return 4"]);
});
