import assert from "node:assert/strict";
import { KnownTopics } from "./known_topics.ts";

Deno.test("KnownTopics tests a topic that passes once, one that doesn't each time", () => {
  const tested: string[] = [];
  const known = new KnownTopics((topic) => {
    tested.push(topic);
    return topic === "good";
  });
  for (let i = 0; i < 2; i++) {
    assert(known.has("good"));
    assert(!known.has("bad"));
  }
  assert.deepEqual(tested, ["good", "bad", "bad"]);
});

Deno.test("KnownTopics forgets all of them when there are too many", () => {
  let tests = 0;
  const known = new KnownTopics(() => ++tests > 0);
  for (let i = 0; i < 16_385; i++) known.has(`topic.${i}`);
  known.has("topic.16384");
  assert.equal(tests, 16_385);
  known.has("topic.0");
  assert.equal(tests, 16_386);
});
