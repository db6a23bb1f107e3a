import assert from "node:assert/strict";
import { LocalDelivery } from "./local_delivery.ts";
import { Subscribers } from "./subscribers.ts";
import { WaitingRoom } from "./waiting_room.ts";

Deno.test("A4 the queue of a group is as long as those of its members together, as they come and go", async () => {
  const subscribers = new Subscribers({ room: new WaitingRoom() });
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
  assert.deepEqual([first.depth, first.dropped], [4, 1]);
  await second.close();
  const loop = first[Symbol.asyncIterator]();
  for (let n = 0; n < 4; n++) await loop.next();
  publish(3);
  assert.deepEqual([first.depth, first.dropped], [2, 2]);
});

Deno.test("A12 members of a group with another overflow are refused, and the group stays as it was", () => {
  const subscribers = new Subscribers({ room: new WaitingRoom() });
  const member = subscribers.subscribe("a", { group: "g", queueSize: 1 });
  assert.throws(
    () => subscribers.subscribe("a", { group: "g", overflow: "error" }),
    { code: "INVALID_OPTION", message: /members have "wait"/ },
  );
  assert.equal(subscribers.size, 1);
  assert(!member.closed);
});
