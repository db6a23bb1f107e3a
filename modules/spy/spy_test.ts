import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import spy from "./mod.ts";

Deno.test("spy logs topic and message of what passes, at level info", async () => {
  await using test = await testModule(spy);
  await test.bus.inject("any.topic", { agent: 7 });
  await test.settle();
  assert.deepEqual(test.logs, [{
    level: "info",
    text: "heard {topic}: {message}",
    properties: { topic: "any.topic", message: { agent: 7 } },
  }]);
});

Deno.test("spy hears only what its topic matches", async () => {
  await using test = await testModule(spy, { topic: "mi5.*" });
  for (const topic of ["mi6.secret", "mi5.secret", "mi5"]) {
    await test.bus.inject(topic, null);
  }
  await test.settle();
  assert.deepEqual(test.logs.map(({ properties }) => properties?.topic), [
    "mi5.secret",
  ]);
});

Deno.test("spy leaves messages out rather than hold up who publishes them", async () => {
  await using test = await testModule(spy);
  // all in one turn of the event loop: the spy doesn't get to read
  await Promise.all(
    Array.from({ length: 1_000 }, (_, n) => test.bus.inject("a", n)),
  );
  await test.settle();
  const heard = test.logs.map(({ properties }) => properties?.message);
  assert.equal(heard.at(-1), 999);
  assert(heard.length <= 101, `a publisher waited: it heard ${heard.length}`);
});

Deno.test("spy refuses a topic that no bus could carry", async () => {
  await assert.rejects(testModule(spy, { topic: "é".repeat(128) }), {
    code: "INVALID_CONFIG",
  });
});
