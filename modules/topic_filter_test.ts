import assert from "node:assert/strict";
import { TopicFilter } from "./topic_filter.ts";

Deno.test("TopicFilter matches its patterns for any number of calls and topics", () => {
  const filter = new TopicFilter(["a.*", "b"]);
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 1_500; n++) assert(filter.matches(`a.${n}`));
    assert(filter.matches("b"));
    assert(!filter.matches("a.b.c"));
  }
  assert(!new TopicFilter([]).matches("a"));
});
