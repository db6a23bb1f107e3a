import assert from "node:assert/strict";
import { TopicMap } from "./topic_map.ts";

Deno.test("TopicMap prefers a rule for the whole topic, then the rule with the most words", () => {
  const map = new TopicMap({
    "#": "replay.#",
    "a.#": "x.#",
    "a.b.#": "#",
    "a.b.c": "whole",
  });
  const names = ["other", "a", "a.c", "a.b.d.e", "a.b.c", "a.b.c.d", "ab.c"];
  assert.deepEqual(names.map((name) => map.map(name)), [
    "replay.other",
    "x",
    "x.c",
    "d.e",
    "whole",
    "c.d",
    "replay.ab.c",
  ]);
});

Deno.test("TopicMap does not change topics without a rule, keys of Object.prototype included", () => {
  const map = new TopicMap({ "a.#": "b.#" });
  for (const topic of ["c", "__proto__", "", "a-b"]) {
    assert.equal(map.map(topic), topic);
  }
});

Deno.test("TopicMap refuses invalid rules and topics that become too long", () => {
  for (const [from, to] of [["a.#", "b"], ["a", "b.#"]] as const) {
    assert.throws(() => new TopicMap({ [from]: to }), {
      code: "INVALID_OPTION",
    });
  }
  for (const [from, to] of [["a.*", "b.c"], ["#.a", "b.c"]] as const) {
    assert.throws(() => new TopicMap({ [from]: to }), {
      code: "INVALID_TOPIC",
    });
  }
  const map = new TopicMap({ "#": `${"x".repeat(200)}.#` });
  assert.throws(() => map.map("y".repeat(100)), { code: "INVALID_TOPIC" });
});
