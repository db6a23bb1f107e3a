import type { Channel, Message } from "amqplib";
import assert from "node:assert/strict";
import { AckBatch } from "./ack_batch.ts";

/** The part of a channel that a batch uses. Records its calls. */
class FakeChannel {
  readonly calls: string[] = [];

  ack({ fields }: Message, all = false): void {
    this.calls.push(`ack ${fields.deliveryTag}${all ? " and before" : ""}`);
  }

  nack({ fields }: Message, _all: boolean, requeue: boolean): void {
    const what = requeue ? "return" : "refuse";
    this.calls.push(`${what} ${fields.deliveryTag}`);
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
  return { batch, messages, calls: channel.calls };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A turn in which a delivery is finished, and one in which none is. */
async function turns(): Promise<void> {
  await turn();
  await turn();
}

Deno.test("a batch acknowledges the oldest deliveries together, and separately those behind an unfinished one", async () => {
  const { batch, messages: [a, b, c, d], calls } = open(4, true);
  for (const message of [b!, a!, d!]) batch.ack(message);
  assert.deepEqual(calls, []);
  await turns();
  assert.deepEqual(calls, ["ack 4", "ack 2 and before"]);
  batch.ack(c!);
  await turns();
  assert.deepEqual(calls.slice(2), ["ack 3 and before"]);
});

Deno.test("a batch acknowledges no delivery of another channel with the same tag, and none twice", async () => {
  const { batch, messages: [a], calls } = open(1, true);
  const [stranger] = open(1, true).messages;
  assert(batch.holds(a!) && !batch.holds(stranger!));
  for (const message of [stranger!, a!, a!]) batch.ack(message);
  batch.refuse(a!);
  await turns();
  assert.deepEqual(calls, ["ack 1 and before"]);
});

Deno.test("a dropped batch acknowledges nothing on its closed channel", async () => {
  const { batch, messages: [a, b], calls } = open(2, true);
  batch.ack(a!);
  batch.drop();
  batch.ack(b!);
  await turns();
  assert.deepEqual(calls, []);
});

Deno.test("a batch waits while each turn finishes more deliveries, up to a quarter of the prefetch", async () => {
  const { batch, messages, calls } = open(12, true, 40);
  for (const message of messages) {
    batch.ack(message);
    await turn();
  }
  assert.deepEqual(calls, ["ack 10 and before"]);
  await turn();
  assert.deepEqual(calls.slice(1), ["ack 12 and before"]);
});

Deno.test("a batch with a prefetch of 1 acknowledges in the same turn", async () => {
  const { batch, messages: [a], calls } = open(1, true, 1);
  batch.ack(a!);
  await turn();
  assert.deepEqual(calls, ["ack 1 and before"]);
});

Deno.test("a flushed delivery does not count for the next batch", async () => {
  const { batch, messages: [a, b, c], calls } = open(3, true);
  batch.ack(a!);
  batch.ack(b!);
  await turn();
  batch.flush();
  batch.ack(c!);
  await turns();
  assert.deepEqual(calls, ["ack 2 and before", "ack 3 and before"]);
});

Deno.test("on a shared channel each delivery is acknowledged separately, and giveBack returns the rest", () => {
  const { batch, messages: [a, b, c], calls } = open(4, false);
  batch.ack(a!);
  batch.ack(b!);
  batch.return(c!);
  batch.flush();
  batch.giveBack();
  assert.deepEqual(calls, ["return 3", "ack 1", "ack 2", "return 4"]);
});

Deno.test("settledExcept resolves when the other deliveries are settled, or with the channel", async () => {
  const { batch, messages: [a, b] } = open(3, true);
  let resolved = false;
  const settled = batch.settledExcept(1).then(() => resolved = true);
  batch.ack(a!);
  await turn();
  assert.equal(resolved, false);
  batch.refuse(b!);
  await settled;
  await batch.settledExcept(1);
  const gone = batch.settledExcept(0);
  batch.drop();
  await gone;
});
