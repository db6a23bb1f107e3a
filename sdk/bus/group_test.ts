import assert from "node:assert/strict";
import { LocalDelivery } from "./local_delivery.ts";
import { Subscribers } from "./subscribers.ts";
import { BackPressure } from "./publisher_queue.ts";

Deno.test("A4 the size of a group's queue is the sum of its members' sizes, as they join and leave", async () => {
  const subscribers = new Subscribers({ backPressure: new BackPressure() });
  const join = () =>
    subscribers.subscribe("a", {
      group: "g",
      queueSize: 2,
      overflow: "drop-newest",
    });
  const publish = (count: number) => {
    for (let n = 0; n < count; n++) {
      subscribers.deliver(new LocalDelivery("a", n, undefined), undefined);
    }
  };
  const first = join();
  const second = join();
  publish(5);
  assert.deepEqual([first.queued, first.dropped], [4, 1]);
  await second.close();
  const loop = first[Symbol.asyncIterator]();
  for (let n = 0; n < 4; n++) await loop.next();
  publish(3);
  assert.deepEqual([first.queued, first.dropped], [2, 2]);
});

Deno.test("A12 subscribing with another overflow than the group throws INVALID_OPTION, and the group is unchanged", () => {
  const subscribers = new Subscribers({ backPressure: new BackPressure() });
  const member = subscribers.subscribe("a", { group: "g", queueSize: 1 });
  assert.throws(
    () => subscribers.subscribe("a", { group: "g", overflow: "error" }),
    { code: "INVALID_OPTION", message: /members have "wait"/ },
  );
  assert.equal(subscribers.size, 1);
  assert(!member.closed);
});
