import assert from "node:assert/strict";
import { z } from "zod";
import { defineTopic } from "../define_topic.ts";
import type { PublishOptions } from "../message_bus.ts";
import { isChecked, publishChecked } from "./typed_sends.ts";
import { LocalDelivery } from "../bus/local_delivery.ts";

const tick = defineTopic("clock.tick", z.object({ n: z.number() }));

type Sent = [topic: string, message: unknown, options?: PublishOptions];

function recorder() {
  const sent: Sent[] = [];
  const publish = (...call: Sent) => {
    sent.push(call);
    return Promise.resolve();
  };
  return { sent, bus: { publish } };
}

/** Returns true if a subscriber of the topic does not validate it again. */
function checked([topic, message, options]: Sent): boolean {
  return isChecked(new LocalDelivery(topic, message, options), tick.schema);
}

Deno.test("a valid message is sent as the same object", async () => {
  const { sent, bus } = recorder();
  const message = { n: 1 };
  await publishChecked(bus, tick, message, undefined);
  const [call] = sent as [Sent];
  assert.equal(call[0], "clock.tick");
  assert.equal(call[1], message);
  assert(checked(call));
});

Deno.test("a message that the schema transforms is sent untransformed", async () => {
  const { sent, bus } = recorder();
  const message = { n: 1, more: 2 };
  await publishChecked(bus, tick, message, undefined);
  const [call] = sent as [Sent];
  assert.equal(call[1], message);
  assert(!checked(call), "the receiver has to transform it");
});

Deno.test("the options of the publisher are passed on", async () => {
  const { sent, bus } = recorder();
  const options = { id: "1", headers: { a: "b" } };
  await publishChecked(bus, tick, { n: 1 }, options);
  const [call] = sent as [Sent];
  assert.equal(call[2]?.id, "1");
  assert.equal(call[2]?.headers, options.headers);
  assert(checked(call));
  assert.deepEqual(Reflect.ownKeys(options), ["id", "headers"]);
});

Deno.test("publishing a message that does not fit rejects with INVALID_MESSAGE and sends nothing", async () => {
  const { sent, bus } = recorder();
  await assert.rejects(publishChecked(bus, tick, { n: "1" }, undefined), {
    code: "INVALID_MESSAGE",
  });
  assert.deepEqual(sent, []);
});

Deno.test("an asynchronous schema is awaited before the publish", async () => {
  const { sent, bus } = recorder();
  const slow = defineTopic(
    "slow",
    z.number().refine((n) => Promise.resolve(n > 0)),
  );
  await publishChecked(bus, slow, 1, undefined);
  await assert.rejects(publishChecked(bus, slow, -1, undefined), {
    code: "INVALID_MESSAGE",
  });
  assert.deepEqual(sent.map(([, message]) => message), [1]);
});

Deno.test("publishing rejects with the error of the bus", async () => {
  const refusal = new Error("full");
  await assert.rejects(
    publishChecked(
      { publish: () => Promise.reject(refusal) },
      tick,
      { n: 1 },
      undefined,
    ),
    refusal,
  );
});
