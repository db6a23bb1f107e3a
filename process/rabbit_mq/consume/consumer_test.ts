import type { Log } from "@caryatid/sdk";
import type { Channel, Message } from "amqplib";
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { ChannelLease, Channels } from "../connection/channels.ts";
import { Consumer, type ConsumerOptions } from "./consumer.ts";

/**
 * Members of a shared channel that a consumer uses. The test decides when the
 * broker answers `consume`.
 */
class FakeChannel extends EventEmitter {
  readonly calls: string[] = [];
  readonly consumed = Promise.withResolvers<(message: Message) => void>();
  readonly answer = Promise.withResolvers<void>();

  options: unknown;

  async prefetch(): Promise<void> {}

  async consume(
    _queue: string,
    onMessage: (message: Message) => void,
    options: unknown,
  ): Promise<{ consumerTag: string }> {
    this.options = options;
    this.consumed.resolve(onMessage);
    await this.answer.promise;
    return { consumerTag: "tag" };
  }

  cancel(tag: string): Promise<void> {
    this.calls.push(`cancel ${tag}`);
    return Promise.resolve();
  }

  nack({ fields }: Message, _all: boolean, requeue: boolean): void {
    this.calls.push(`${requeue ? "return" : "refuse"} ${fields.deliveryTag}`);
  }
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

function consumerOf(
  onMessage: (message: Message) => void,
  options: Partial<ConsumerOptions> = {},
): Consumer {
  return new Consumer({
    pattern: "a",
    prefetch: 10,
    declare: () => Promise.resolve("queue"),
    onMessage,
    onInterrupted() {},
    log: silent,
    ...options,
  });
}

function leasing(...leases: (ChannelLease | Error)[]): Channels {
  const lease = () => {
    const next = leases.shift()!;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return { lease } as unknown as Channels;
}

function shared(channel: FakeChannel): ChannelLease {
  return {
    channel: channel as unknown as Channel,
    alone: false,
    release: () => Promise.resolve(),
  };
}

Deno.test("a consumer that is closed while it begins on a shared channel is cancelled, and returns its deliveries to the broker", async () => {
  const channel = new FakeChannel();
  const consumer = consumerOf(() => assert.fail("it is closed"));
  const attached = consumer.attach(leasing(shared(channel)));
  const deliver = await channel.consumed.promise;
  await consumer.close();
  deliver({ fields: { deliveryTag: 1 } } as Message);
  channel.answer.resolve();
  await attached;
  assert.deepEqual(channel.calls, ["return 1", "cancel tag"]);
});

Deno.test("a consumer that gets no channel tries again", async () => {
  const channel = new FakeChannel();
  channel.answer.resolve();
  const consumer = consumerOf(() => {});
  const none = new Error("No channels left to allocate");
  await consumer.attach(leasing(none, shared(channel)));
  await consumer.ready;
  await consumer.close();
});

Deno.test("consumers that come and go leave nothing behind on a shared channel", async () => {
  const channel = new FakeChannel();
  channel.answer.resolve();
  for (let round = 0; round < 3; round++) {
    const consumer = consumerOf(() => {});
    await consumer.attach(leasing(shared(channel)));
    await consumer.close();
  }
  assert.equal(channel.listenerCount("error"), 0);
  assert.equal(channel.listenerCount("close"), 0);
});

Deno.test("a consumer that declares its queue again never binds the queue of its previous connection", async () => {
  const [before, after] = [new FakeChannel(), new FakeChannel()];
  const declared: (string | undefined)[] = [];
  const consumer = consumerOf(() => {}, {
    declare: (_, queue) => {
      declared.push(queue);
      return Promise.resolve(queue ?? `queue ${declared.length}`);
    },
  });
  before.answer.resolve();
  await consumer.attach(leasing(shared(before)));
  consumer.detach();

  const attached = consumer.attach(leasing(shared(after)));
  await consumer.rebind();
  await after.consumed.promise;
  await consumer.rebind();
  assert.deepEqual(declared, [undefined, undefined]);
  after.answer.resolve();
  await attached;
  assert.deepEqual(declared, [undefined, undefined, "queue 2"]);
  await consumer.rebind();
  assert.deepEqual(declared.at(-1), "queue 2");
  consumer.detach();
});

Deno.test("a stopped consumer does not declare its queue again, which would have no consumer", async () => {
  const channel = new FakeChannel();
  channel.answer.resolve();
  let declared = 0;
  const consumer = consumerOf(() => {}, {
    declare: () => {
      declared++;
      return Promise.resolve("queue");
    },
  });
  await consumer.attach(leasing(shared(channel)));
  await consumer.stop();
  await consumer.rebind();
  await consumer.close();
  assert.equal(declared, 1);
});

Deno.test("a consumer without a prefetch acknowledges and returns nothing", async () => {
  const channel = new FakeChannel();
  const received: Message[] = [];
  const consumer = consumerOf((message) => received.push(message), {
    prefetch: undefined,
  });
  const attached = consumer.attach(leasing(shared(channel)));
  const deliver = await channel.consumed.promise;
  channel.answer.resolve();
  await attached;
  const message = { fields: { deliveryTag: 1 } } as Message;
  deliver(message);
  assert.deepEqual(received, [message]);
  assert.deepEqual(channel.options, { noAck: true });
  await consumer.close();
  deliver(message);
  assert.deepEqual(channel.calls, ["cancel tag"]);
});
