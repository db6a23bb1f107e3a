import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import inventory from "./inventory.ts";
import { reserve } from "./messages.ts";

Deno.test("items are reserved until the stock is empty", async () => {
  await using test = await testModule(inventory, { stock: { tea: 3 } });
  const tea = (count: number) => test.request(reserve, { item: "tea", count });
  assert.deepEqual(await tea(2), { left: 1 });
  await assert.rejects(tea(2), {
    code: "OUT_OF_STOCK",
    details: { item: "tea", left: 1 },
  });
  assert.deepEqual(await tea(1), { left: 0 });
});
