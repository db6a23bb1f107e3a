import { BackPressure } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { type Frame, FROM_GUEST, FROM_HOST } from "../frames.ts";
import { BridgeDelivery } from "./bridge_delivery.ts";
import { BridgeSubscription } from "./bridge_subscription.ts";

Deno.test("B16 a guest sends the number of attempts with a rejected delivery, or null", async () => {
  const frames: Frame[] = [];
  const backPressure = new BackPressure();
  const subscription = new BridgeSubscription({
    id: 7,
    pattern: "a",
    options: { group: "workers" },
    backPressure,
    keep: false,
    send: (frame) => frames.push(frame),
    touch() {},
    onClosed() {},
  });
  const loop = subscription[Symbol.asyncIterator]();
  for (const attempts of [3, undefined]) {
    const next = loop.next();
    const items = [FROM_HOST.deliver, 7, 0, "a", "id", null, 1, false, "m"];
    subscription.arrive(new BridgeDelivery(items));
    const { value } = await next;
    assert(subscription.reject(value!, new RangeError("no luck"), attempts));
  }
  const error = ["RangeError", "no luck", null, null];
  assert.deepEqual(
    frames.filter(([kind]) => kind === FROM_GUEST.reject),
    [3, null].map((attempts) => [FROM_GUEST.reject, 7, 0, error, attempts]),
  );
  subscription.isClosed(undefined);
  backPressure.deadlines.close();
});
