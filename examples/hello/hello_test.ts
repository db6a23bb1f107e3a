import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import module from "./hello.ts";

Deno.test("hello says hello at each tick", async () => {
  await using tested = await testModule(module, { greeting: "Hi!" });
  await tested.bus.inject("clock.tick", { number: 1 });
  await tested.settle();
  assert.deepEqual(tested.bus.published, [
    { topic: "hello.hello", message: { greeting: "Hi!" } },
  ]);
});
