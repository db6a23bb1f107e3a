import type { Channel, ChannelModel, GetMessage } from "amqplib";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import { encode } from "../../codec/mod.ts";
import { namesOf } from "../connection/topology.ts";
import { DeadLetterStore, type DeadLetterStoreOptions } from "./store.ts";

/**
 * As much of a channel as the store uses, with a quorum queue that is busy: its
 * count is 0 at first.
 */
class FakeChannel extends EventEmitter {
  readonly #ready: number[];
  #taken: number[] = [];
  #isBusy = true;

  constructor(messages: number[]) {
    super();
    this.#ready = messages;
  }

  checkQueue(): Promise<{ messageCount: number }> {
    const messageCount = this.#isBusy ? 0 : this.#ready.length;
    this.#isBusy = false;
    return Promise.resolve({ messageCount });
  }

  get(): Promise<GetMessage | false> {
    const message = this.#ready.shift();
    if (message === undefined) return Promise.resolve(false);
    this.#taken.push(message);
    return Promise.resolve({
      content: Buffer.from(encode(message)),
      fields: { messageCount: this.#ready.length, routingKey: "a" },
      properties: { headers: {} },
    } as unknown as GetMessage);
  }

  ack(): void {
    this.#taken.shift();
  }

  nackAll(): void {
    this.#ready.unshift(...this.#taken);
    this.#taken = [];
  }

  close(): Promise<void> {
    this.emit("close");
    return Promise.resolve();
  }
}

function storeOf(messages: number[]): DeadLetterStore {
  const store = new DeadLetterStore({
    names: namesOf("exchange"),
    deadLetterPublisher: { exchange: "dead" },
  } as unknown as DeadLetterStoreOptions);
  store.attach({
    createChannel: () =>
      Promise.resolve(new FakeChannel(messages) as unknown as Channel),
  } as unknown as ChannelModel);
  return store;
}

Deno.test("list() returns all dead letters of a quorum queue that is too busy to count them, and they stay", async () => {
  const messages = [1, 2, 3];
  const store = storeOf(messages);
  const letters = await store.list();
  assert.deepEqual(letters.map(({ message }) => message), [1, 2, 3]);
  assert.deepEqual(messages, [1, 2, 3]);
});

Deno.test("drop() removes all dead letters of a quorum queue that is too busy to count them", async () => {
  const messages = [1, 2, 3];
  assert.equal(await storeOf(messages).drop(), 3);
  assert.deepEqual(messages, []);
});

Deno.test("drop() of an empty queue removes nothing", async () => {
  assert.equal(await storeOf([]).drop(), 0);
});
