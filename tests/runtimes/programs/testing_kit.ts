/**
 * Tests a module with the SDK's own kit, with `node:test`, as a user of Node
 * would.
 */
import { defineModule } from "@caryatid/sdk";
import { testModule } from "@caryatid/sdk/testing";
import { bool, list } from "@caryatid/sdk/rust";
import assert from "node:assert/strict";
import { test } from "node:test";

const reminder = defineModule({
  name: "reminder",
  init(context) {
    context.handle("remind", async ({ message }) => {
      await context.clock.sleep(60_000);
      return message;
    });
  },
});

test("an hour passes at once, and a module answers", async () => {
  const module = await testModule(reminder);
  const answer = module.bus.request("remind", "tea", {
    timeout: 120_000,
  });
  await module.advance(60_000);
  assert.equal(await answer, "tea");
  await module.stop();
});

test("types of Rust check a message", async () => {
  const check = list(bool)["~standard"].validate;
  assert.deepEqual(await check([true, false]), { value: [true, false] });
  assert("issues" in await check([1]));
});
