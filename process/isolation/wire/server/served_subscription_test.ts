import assert from "node:assert/strict";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { FROM_HOST } from "../frames.ts";
import type { Link } from "../link.ts";
import { Outbox } from "../outbox.ts";
import { readFrames } from "../frame_reader.ts";
import { ServedSubscription } from "./served_subscription.ts";
import { UnreadBudget } from "./unread_budget.ts";

/**
 * A subscription of a guest without code, and its received frames: the slot
 * and message of each.
 */
class Sent implements AsyncDisposable {
  readonly bus = new InMemoryBus();
  readonly subscription = this.bus.subscribe("a");
  readonly served: ServedSubscription;
  readonly #all: [slot: unknown, message: unknown][] = [];
  readonly #outbox: Outbox;

  constructor() {
    const send: Link["send"] = (batch) =>
      readFrames(batch, (items) => {
        if (items[0] !== FROM_HOST.deliver) return;
        this.#all.push([items[2], items.at(-1)]);
      });
    this.#outbox = new Outbox({ send, listen() {}, close() {} });
    this.served = new ServedSubscription({
      id: 0,
      subscription: this.subscription,
      outbox: this.#outbox,
      unread: new UnreadBudget(),
      first: [],
      onUnsendable: (_, error) => assert.fail(`${error}`),
      onLoop() {},
      onDemand() {},
      onClosed() {},
    });
  }

  async all(): Promise<unknown[]> {
    await this.bus.request("unhandled", 1).catch(() => {}); // turns go by
    this.#outbox.flush();
    return this.#all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.served.close();
    await this.bus.close();
  }
}

Deno.test("D3 a delivery that is sent while another one is on its way to a waiting loop is kept for a successor", async () => {
  await using sent = new Sent();
  const { bus, served } = sent;
  served.demand(2, 1, 0);
  await bus.publish("a", "first");
  await bus.publish("a", "ahead");
  assert.deepEqual(await sent.all(), [[0, "first"], [1, "ahead"]]);
  served.demand(1, 1, 0); // it is back, and "ahead" has not come yet
  await bus.publish("a", "next");
  assert.deepEqual((await sent.all()).at(-1), [1, "next"]);
  const unbegun = served.takeUnbegun();
  const left = [unbegun.shift()!, unbegun.shift()!];
  assert.equal(unbegun.length, 0);
  assert.deepEqual(left.map(({ message }) => message), ["ahead", "next"]);
  assert(left.every(({ redelivered }) => redelivered));
});

Deno.test("D14 a negative number of waiting loops is a PROTOCOL_VIOLATION", async () => {
  await using sent = new Sent();
  assert.throws(() => sent.served.demand(1, -1, 0), {
    code: "PROTOCOL_VIOLATION",
  });
});

Deno.test("B16 the host rejects a delivery with the error and the attempts that the guest sent", async () => {
  await using sent = new Sent();
  const { bus, served, subscription } = sent;
  const rejected: unknown[] = [];
  subscription.reject = ({ message }, error, attempts) => {
    rejected.push([message, (error as Error).message, attempts]);
    return true;
  };
  const error = ["RangeError", "no luck", null, null] as const;
  for (const attempts of [3, null]) {
    served.next(0);
    await bus.publish("a", attempts);
    await sent.all();
    served.reject(0, error, attempts);
  }
  assert.deepEqual(rejected, [
    [3, "no luck", 3],
    [null, "no luck", undefined],
  ]);
});
