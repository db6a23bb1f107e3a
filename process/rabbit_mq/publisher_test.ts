import type { Log } from "@caryatid/sdk";
import { Deadlines } from "@caryatid/sdk/bus";
import { VirtualClock } from "@caryatid/sdk/testing";
import type { ChannelModel } from "amqplib";
import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import fc from "fast-check";
import { namesOf } from "./names.ts";
import { Publisher } from "./publisher.ts";

/** As much of a channel as a publisher uses: copies what is sent, as amqplib does, and confirms when it is told to. */
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

  /** Confirms one of those that wait, or refuses it. */
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

/** A publisher, and a broker that keeps its messages apart by what they are filled with. */
class Setting {
  readonly sent: Sent[] = [];
  readonly clock = new VirtualClock();
  readonly deadlines = new Deadlines(this.clock);
  readonly publisher = new Publisher(
    namesOf("test"),
    { window: 20, messages: 10_000, bytes: 2 ** 24 },
    this.deadlines,
    silent,
  );
  readonly outcomes: Promise<string>[] = [];
  readonly #aborts: AbortController[] = [];
  readonly #scratch = new Uint8Array(20 * 1024);
  channel = new FakeChannel(this.sent);

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

  /** Confirms all that is left. */
  async settle(): Promise<readonly string[]> {
    await this.reconnect();
    while (this.channel.answer(0, null));
    return await Promise.all(this.outcomes);
  }
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

function bodyOf(id: number, size: number): Uint8Array {
  return new Uint8Array(size).fill(1 + id % 255);
}

Deno.test("each of two messages under one id that come back is known to be nobody's, and no other", async () => {
  const setting = new Setting();
  await setting.reconnect();
  const send = (exchange: string) =>
    setting.publisher.send({
      exchange,
      key: "a",
      body: new Uint8Array(1),
      properties: { messageId: "7", mandatory: true },
    });
  const outcomes = [send("heard"), send("dead"), send("dead")];
  // One confirm may be for many, and come after all that came back.
  for (const exchange of ["dead", "dead"]) {
    const fields = { exchange, routingKey: "a" };
    setting.channel.emit("return", { fields, properties: { messageId: "7" } });
  }
  while (setting.channel.answer(0, null));
  assert.deepEqual(await Promise.all(outcomes), [true, false, false]);
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

Deno.test("what is sent, and sent again, is what was published, whatever is confirmed, refused, aborted or interrupted meanwhile", async () => {
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
            outcome === "confirmed" || aborted.has(id),
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
