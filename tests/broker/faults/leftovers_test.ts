import assert from "node:assert/strict";
import { take } from "../../../sdk/testing/conformance/take.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { fileBroker } from "./file_broker.ts";
import { newBus, newExchange } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";

const test = fileBroker();
/** Number of cycles; `deno task test:soak` does 1,000. */
const CYCLES = Deno.env.has("CARYATID_SOAK") ? 1_000 : 50;

/** Returns the queues, consumers and bindings that the broker lists. */
async function objects(broker: PrivateBroker): Promise<string[]> {
  const [queues, consumers, bindings] = await Promise.all([
    broker.list("queues", "name"),
    broker.list("consumers", "queue_name"),
    broker.list("bindings", "source_name", "destination_name", "routing_key"),
  ]);
  return [queues, consumers, bindings].flat()
    .map((object) => Object.values(object).join(" ")).sort();
}

test("A14 the queue of a subscription is gone from the broker's list however the subscription ends", async (broker) => {
  const exchange = newExchange();
  await using bus = newBus({ url: broker.url(), exchange });
  await bus.open();
  const { signal, abort } = abortable();
  const ends: Record<string, () => Promise<void>> = {
    "close": async () => {
      const subscription = bus.subscribe("a14");
      await subscription.ready;
      await subscription.close();
    },
    "break": async () => {
      const subscription = bus.subscribe("a14");
      await subscription.ready;
      await bus.publish("a14", 1);
      for await (const _ of subscription) break;
    },
    "an error in the loop": async () => {
      const subscription = bus.subscribe("a14");
      await subscription.ready;
      await bus.publish("a14", 1);
      const loop = (async () => {
        for await (const _ of subscription) throw new Error("found bad");
      })();
      await assert.rejects(loop, /found bad/);
    },
    "a signal": async () => {
      const subscription = bus.subscribe("a14", { signal });
      await subscription.ready;
      abort();
      await subscription.close();
    },
  };
  const before = await objects(broker);
  for (const end of Object.values(ends)) await end();
  assert.deepEqual(await objects(broker), before);
});

test(`A22 after ${CYCLES} cycles of subscribe, publish, request and close the broker's list is as before`, async (broker) => {
  const exchange = newExchange();
  await using bus = newBus({ url: broker.url(), exchange });
  await bus.open();
  await cycle(1); // declares the objects that stay as long as the bus
  const before = await objects(broker);
  for (const n of numbers(CYCLES)) await cycle(n);
  assert.deepEqual(await objects(broker), before);

  async function cycle(n: number): Promise<void> {
    const subscription = bus.subscribe("a22");
    const handling = bus.handle("a22.ask", () => n);
    await Promise.all([subscription.ready, handling.ready]);
    await bus.publish("a22", n);
    await take(subscription, 1);
    assert.equal(await bus.request("a22.ask", null), n);
    await Promise.all([subscription.close(), handling.close()]);
  }
});

test("A22 a closed bus leaves no queue, and a bus of groups only the queues of its groups", async (broker) => {
  const before = new Set(await objects(broker));
  const exchange = newExchange();
  {
    await using bus = newBus({ url: broker.url(), exchange });
    await bus.open();
    const all = [bus.subscribe("a22"), bus.subscribe("#")];
    const member = bus.subscribe("a22", { group: "kept" });
    const handling = bus.handle("a22.ask", () => 1);
    await Promise.all([...all, member, handling].map(({ ready }) => ready));
  }
  const queues = (await broker.list("queues", "name"))
    .map(({ name }) => String(name)).filter((name) => !before.has(name));
  assert.deepEqual(queues, [`${exchange}.group.kept.a22`]);
  assert.deepEqual(await broker.list("consumers", "queue_name"), []);
});

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
