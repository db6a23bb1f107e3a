import assert from "node:assert/strict";
import { BackPressure } from "@caryatid/sdk/bus";
import { FROM_HOST } from "../frames.ts";
import { BridgeDelivery } from "./bridge_delivery.ts";
import { DemandQueue, ReportedWaits } from "./bridge_queues.ts";

const READER = { receive() {}, end() {} };

function delivery(slot: number): BridgeDelivery {
  return new BridgeDelivery(
    [FROM_HOST.deliver, 0, slot, "a", "id", null, 0, false, 1],
  );
}

Deno.test("ReportedWaits reports only changes of the number of waiting loops", () => {
  const waits = new ReportedWaits();
  waits.begin();
  assert.equal(waits.report(), 1);
  waits.arrived(0);
  waits.end();
  assert.equal(waits.report(), 0);
  waits.begin();
  assert.deepEqual([waits.waiting, waits.report(), waits.report()], [1, 1, 0]);
});

Deno.test("D3 a delivery sent ahead ends the wait of its loop, and the delivery after it has not begun", () => {
  const demands: number[][] = [];
  const queue = new DemandQueue(new BackPressure(), {
    pattern: "a",
    queueSize: undefined,
    host: { queued: 0, dropped: 0, waitingPublishers: 0, wanted: 0 },
    touch() {},
    demand: (...numbers) => demands.push(numbers),
    next() {},
  });
  queue.wait(READER);
  queue.report();
  queue.arrive(delivery(0));
  queue.wait(READER);
  queue.report();
  queue.arrive(delivery(1)); // was on its way when the loop began to wait
  queue.report();
  const waitsAndBegun = demands.map(([, waits, begun]) => [waits, begun]);
  assert.deepEqual(waitsAndBegun, [[1, 0], [1, 0], [-1, 1]]);
});
