import record, { readRecording } from "@caryatid/modules/record";
import { Process } from "@caryatid/process";
import { defineModule } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { TempFolder } from "../../../modules/record/testing/temp_folder.ts";

const relay = defineModule({
  name: "relay",
  init(context) {
    const orders = context.subscribe("order");
    context.run(async () => {
      for await (const { message } of orders) {
        await context.publish("shipped", message);
      }
    });
  },
});

Deno.test("a recording keeps the sender and the cause of each sampled message", async () => {
  await using folder = await TempFolder.make();
  const process = await Process.create({
    config: {
      module: { record: { path: folder.path }, relay: {} },
      tracing: { sample: 1 },
      log: { level: "error" },
    },
    modules: [record, relay],
    env: {},
  });
  const shipped = process.context.subscribe("shipped");
  await process.start();
  for (const id of ["first", "second"]) {
    await process.context.publish("order", id, { id });
  }
  const loop = shipped[Symbol.asyncIterator]();
  for (let n = 0; n < 2; n++) await loop.next();
  await process.stop();
  const found: unknown[] = [];
  for await (const { topic, message, headers } of readRecording(folder.path)) {
    const { "sender-module": sender, "causation-id": cause } = headers;
    found.push([topic, message, sender, cause]);
  }
  assert.deepEqual(found.sort(), [
    ["order", "first", "process", undefined],
    ["order", "second", "process", undefined],
    ["shipped", "first", "relay", "first"],
    ["shipped", "second", "relay", "second"],
  ]);
});
