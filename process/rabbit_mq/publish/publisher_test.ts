import type { Log } from "@caryatid/sdk";
import { type Deadline, Deadlines } from "@caryatid/sdk/bus";
import { VirtualClock } from "@caryatid/sdk/testing";
import type { ChannelModel } from "amqplib";
import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import fc from "fast-check";
import { namesOf } from "../connection/topology.ts";
import { Publisher } from "./publisher.ts";

/**
 * The part of a channel that a publisher uses. Copies the messages that are
 * sent, as amqplib does, and confirms them when `answer` is called.
 */
class FakeChannel extends EventEmitter {
  readonly sent: Sent[];
  readonly #unconfirmed: ((error: unknown) => void)[] = [];

  constructor(sent: Sent[]) {
    super();
    this.sent = sent;
  }

  publish(
    _exchange: string,
    _key: string,
    content: Buffer,
    { messageId }: { messageId: string },
    confirm: (error: unknown) => void,
  ): boolean {
    this.sent.push({ id: Number(messageId), body: new Uint8Array(content) });
    this.#unconfirmed.push(confirm);
    return true;
  }

  /**
   * Confirms or refuses one of the unconfirmed messages. Returns false if there
   * are no such messages.
   */
  answer(which: number, error: unknown): boolean {
    const { length } = this.#unconfirmed;
    if (length === 0) return false;
    const [confirm] = this.#unconfirmed.splice(which % length, 1);
    confirm!(error);
    return true;
  }

  async assertExchange(): Promise<void> {}
  async bindExchange(): Promise<void> {}
  async close(): Promise<void> {}
}

interface Sent {
  readonly id: number;
  readonly body: Uint8Array;
}

/** Deadlines that count those that are not cancelled. */
class CountedDeadlines extends Deadlines {
  open = 0;

  override add(milliseconds: number, expire: () => void): Deadline {
    const deadline = super.add(milliseconds, expire);
    this.open++;
    return {
      cancel: () => {
        this.open--;
        deadline.cancel();
      },
    };
  }
}

/** A publisher, and a broker that distinguishes messages by their content. */
class Setting {
  readonly sent: Sent[] = [];
  readonly clock = new VirtualClock();
  readonly deadlines = new CountedDeadlines(this.clock);
  readonly publisher: Publisher;
  readonly outcomes: Promise<string>[] = [];
  readonly #aborts: AbortController[] = [];
  readonly #scratch = new Uint8Array(20 * 1024);
  channel = new FakeChannel(this.sent);

  constructor(bytes = 2 ** 24) {
    this.publisher = new Publisher(
      namesOf("test"),
      { window: WINDOW, messages: 10_000, bytes },
      this.deadlines,
      silent,
    );
  }

  publish(size: number, copied: boolean): void {
    const id = this.#aborts.length;
    const abort = new AbortController();
    this.#aborts.push(abort);
    const envelope = {
      exchange: "test",
      key: "test",
      properties: { messageId: String(id) },
      signal: abort.signal,
    };
    const written = copied
      ? this.#scratch.subarray(0, size)
      : new Uint8Array(size);
    written.set(bodyOf(id, size));
    const outcome = copied
      ? this.publisher.sendCopy(envelope, written)
      : this.publisher.send({ ...envelope, body: written });
    this.#scratch.fill(0);
    this.outcomes.push(
      outcome.then(() => "confirmed", ({ code }) => code as string),
    );
  }

  abort(which: number): void {
    this.#aborts[which % this.#aborts.length]?.abort();
  }

  async reconnect(): Promise<void> {
    this.publisher.detach();
    this.channel = new FakeChannel(this.sent);
    const connection = Object.assign(new EventEmitter(), {
      connection: {},
      createConfirmChannel: () => Promise.resolve(this.channel),
      close: () => Promise.resolve(),
    });
    await this.publisher.attach(connection as unknown as ChannelModel);
  }

  /** Confirms all messages that are left. Resolves with all outcomes. */
  async settle(): Promise<readonly string[]> {
    await this.reconnect();
    while (this.channel.answer(0, null));
    return await Promise.all(this.outcomes);
  }
}

/** Maximum number of messages without a confirm. */
const WINDOW = 20;
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

function bodyOf(id: number, size: number): Uint8Array {
  return new Uint8Array(size).fill(1 + id % 255);
}

Deno.test("send resolves with false for each of two returned messages with one id, and with true for a third one", async () => {
  const setting = new Setting();
  await setting.reconnect();
  const send = (exchange: string) =>
    setting.publisher.send({
      exchange,
      key: "a",
      body: new Uint8Array(1),
      properties: { messageId: "7", mandatory: true },
    });
  const outcomes = [send("received"), send("dead"), send("dead")];
  // One confirm may be for many messages, and come after all returns.
  for (const exchange of ["dead", "dead"]) {
    const fields = { exchange, routingKey: "a" };
    setting.channel.emit("return", { fields, properties: { messageId: "7" } });
  }
  while (setting.channel.answer(0, null));
  assert.deepEqual(await Promise.all(outcomes), [true, false, false]);
  setting.deadlines.close();
});

Deno.test("C8 at most publish-window messages are sent without a confirm", async () => {
  const setting = new Setting();
  await setting.reconnect();
  for (let n = 0; n < 3 * WINDOW; n++) setting.publish(10, true);
  assert.equal(setting.sent.length, WINDOW);
  setting.channel.answer(0, null);
  assert.equal(setting.sent.length, WINDOW + 1);
  await setting.settle();
  setting.deadlines.close();
});

Deno.test("C8 news that were in flight at the start of an outage take no room of the buffer", async () => {
  const setting = new Setting(1_000);
  await setting.reconnect();
  setting.publisher.announce({ origin: "one", id: "1" });
  setting.publisher.detach();
  setting.publish(2_000, true);
  assert.deepEqual(await setting.settle(), ["confirmed"]);
  setting.deadlines.close();
});

Deno.test("C8 a confirm and an abort cancel the deadline of their publish", async () => {
  const setting = new Setting();
  await setting.reconnect();
  for (let n = 0; n < 3; n++) setting.publish(10, true);
  assert.equal(setting.deadlines.open, 3);
  setting.channel.answer(0, null);
  setting.abort(1);
  assert.equal(setting.deadlines.open, 1);
  await setting.settle();
  assert.equal(setting.deadlines.open, 0);
  setting.deadlines.close();
});

const which = fc.nat(1_000);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      publish: fc.oneof(fc.nat(300), fc.nat(20 * 1024)),
      copied: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ confirm: which }) },
  { weight: 1, arbitrary: fc.record({ refuse: which }) },
  { weight: 1, arbitrary: fc.record({ abort: which }) },
  { weight: 1, arbitrary: fc.record({ pass: fc.constant(150) }) },
  { weight: 1, arbitrary: fc.record({ reconnect: fc.constant(true) }) },
);

Deno.test("F7 a publisher sends each message unchanged and loses none, whatever is confirmed, aborted or interrupted; a refusal is QUEUE_FULL after one attempt", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 200, size: "max" }),
      async (steps) => {
        const setting = new Setting();
        await setting.reconnect();
        const sizes: number[] = [];
        const aborted = new Set<number>();
        for (const step of steps) {
          if ("publish" in step) {
            sizes.push(step.publish);
            setting.publish(step.publish, step.copied);
          } else if ("confirm" in step) {
            setting.channel.answer(step.confirm, null);
          } else if ("refuse" in step) {
            setting.channel.answer(step.refuse, new Error("refused"));
          } else if ("abort" in step) {
            setting.abort(step.abort);
            aborted.add(step.abort % sizes.length);
          } else if ("pass" in step) await setting.clock.advance(step.pass);
          else await setting.reconnect();
        }
        const outcomes = await setting.settle();
        for (const [id, outcome] of outcomes.entries()) {
          assert(
            outcome === "confirmed" || aborted.has(id) ||
              outcome === "QUEUE_FULL",
            `${id} ${outcome}`,
          );
          if (outcome !== "confirmed") continue;
          assert(setting.sent.some((sent) => sent.id === id), `${id} was lost`);
        }
        for (const { id, body } of setting.sent) {
          assert.deepEqual(body, bodyOf(id, sizes[id]!));
        }
        setting.deadlines.close();
      },
    ),
    { numRuns: 150 },
  );
});
