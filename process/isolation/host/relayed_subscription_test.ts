import assert from "node:assert/strict";
import { InMemoryBus } from "../../buses/in_memory.ts";
import { FROM_HOST } from "../frames.ts";
import type { Link } from "../link.ts";
import { Outbox } from "../outbox.ts";
import { readFrames } from "../read_frames.ts";
import { RelayedSubscription } from "./relayed_subscription.ts";

/** A subscription of a guest that isn't there, and what it was sent: the slot and message of each. */
class Sent implements AsyncDisposable {
  readonly bus = new InMemoryBus();
  readonly relayed: RelayedSubscription;
  readonly #all: [slot: unknown, message: unknown][] = [];
  readonly #outbox: Outbox;

  constructor() {
    const send: Link["send"] = (batch) =>
      readFrames(batch, (items) => {
        if (items[0] !== FROM_HOST.deliver) return;
        this.#all.push([items[2], items.at(-1)]);
      });
    this.#outbox = new Outbox({ send, listen() {}, close() {} });
    this.relayed = new RelayedSubscription({
      id: 0,
      subscription: this.bus.subscribe("a"),
      outbox: this.#outbox,
      first: [],
      onUnsendable: (_, error) => assert.fail(`${error}`),
      onClosed() {},
    });
  }

  async all(): Promise<unknown[]> {
    await this.bus.request("nobody", 1).catch(() => {}); // turns go by
    this.#outbox.flush();
    return this.#all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.relayed.close();
    await this.bus.close();
  }
}

Deno.test("D3 what is sent while something else is on its way to the loop that waits is kept for a successor", async () => {
  await using sent = new Sent();
  const { bus, relayed } = sent;
  relayed.demand(2, 1, 0);
  await bus.publish("a", "first");
  await bus.publish("a", "ahead");
  assert.deepEqual(await sent.all(), [[0, "first"], [1, "ahead"]]);
  relayed.demand(1, 1, 0); // it is back, and "ahead" has not come yet
  await bus.publish("a", "next");
  assert.deepEqual((await sent.all()).at(-1), [1, "next"]);
  const left = relayed.takeUnbegun();
  assert.deepEqual(left.map(({ message }) => message), ["ahead", "next"]);
  assert(left.every(({ redelivered }) => redelivered));
});

Deno.test("D14 fewer loops that wait than none are a PROTOCOL_VIOLATION", async () => {
  await using sent = new Sent();
  assert.throws(() => sent.relayed.demand(1, -1, 0), {
    code: "PROTOCOL_VIOLATION",
  });
});
