import assert from "node:assert/strict";
import { WaitingRoom } from "@caryatid/sdk/bus";
import { FROM_HOST } from "../frames.ts";
import { BridgeDelivery } from "./bridge_delivery.ts";
import { DemandQueue } from "./demand_queue.ts";
import { ToldWaits } from "./told_waits.ts";

const READER = { hand() {}, end() {} };

function delivery(slot: number): BridgeDelivery {
  return new BridgeDelivery(
    [FROM_HOST.deliver, 0, slot, "a", "id", null, 0, false, 1],
  );
}

Deno.test("the host counts those that it sent something down by itself, and is told of the rest", () => {
  const waits = new ToldWaits();
  waits.begin();
  assert.equal(waits.tell(), 1);
  waits.arrived(0);
  waits.end();
  assert.equal(waits.tell(), 0);
  waits.begin();
  assert.deepEqual([waits.waiting, waits.tell(), waits.tell()], [1, 1, 0]);
});

Deno.test("D3 a loop that waited and took what was sent ahead waits no more: what it is sent next isn't taken for begun", () => {
  const told: number[][] = [];
  const queue = new DemandQueue(new WaitingRoom(), {
    pattern: "a",
    queueSize: undefined,
    host: { depth: 0, dropped: 0, heldUp: 0, wanted: 0 },
    touch() {},
    demand: (...numbers) => told.push(numbers),
    next() {},
  });
  queue.wait(READER);
  queue.report();
  queue.arrive(delivery(0));
  queue.wait(READER);
  queue.report();
  queue.arrive(delivery(1)); // was on its way when the loop began to wait
  queue.report();
  const waitsAndBegun = told.map(([, waits, begun]) => [waits, begun]);
  assert.deepEqual(waitsAndBegun, [[1, 0], [1, 0], [-1, 1]]);
});
