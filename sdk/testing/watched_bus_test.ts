import assert from "node:assert/strict";
import { z } from "zod";
import { defineTopic } from "../define_topic.ts";
import { defineModule } from "../module.ts";
import { testModule } from "./test_module.ts";
import { yieldTwice } from "../bus/event_loop.ts";

Deno.test("settle() waits for an asynchronous schema and for the next step of the loop", async () => {
  const slow = z.number().refine(async () => {
    for (let i = 0; i < 5; i++) await yieldTwice();
    return true;
  });
  const read: number[] = [];
  const module = defineModule({
    name: "slow",
    init(context) {
      const received = context.subscribe(defineTopic("n", slow));
      context.run(async () => {
        for await (const { message } of received) read.push(message);
      });
    },
  });
  await using test = await testModule(module);
  await test.bus.inject("n", 1);
  await test.settle();
  assert.deepEqual(read, [1]);
});
