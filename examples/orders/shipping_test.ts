import { playback, type PlaybackStatus } from "@caryatid/modules";
import { Process } from "@caryatid/process";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import shipping from "./shipping.ts";

/** Deliveries of a broker on the day when Ada got two parcels. */
const RECORDING = new URL("recordings/ordered-twice", import.meta.url);

Deno.test("an order that was delivered twice is shipped once", async () => {
  await using process = await Process.create({
    config: {
      module: {
        shipping: {},
        playback: {
          path: fileURLToPath(RECORDING),
          speed: 1_000,
          "status-topic": "playback.status",
        },
      },
      log: { level: "error" },
    },
    modules: [shipping, playback],
  });
  const parcels: unknown[] = [];
  const { context } = process;
  context.consume("order.shipped", ({ message }) => void parcels.push(message));
  const statuses = context.subscribe("playback.status");
  await process.start();
  for await (const { message } of statuses) {
    if ((message as PlaybackStatus).state === "ended") break;
  }
  await process.stop(); // finishes what is in the queues
  assert.deepEqual(parcels, [
    { id: "order-1", customer: "Ada", parcel: 1 },
    { id: "order-2", customer: "Grace", parcel: 2 },
  ]);
});
