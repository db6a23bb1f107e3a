import assert from "node:assert/strict";
import { TopicCache } from "./topic_cache.ts";

/** A cache, and how many of its last lookups had to be found out. */
function counted() {
  let found = 0;
  const cache = new TopicCache((topic: string) => {
    found++;
    return topic.toUpperCase();
  });
  return {
    cache,
    /** Looks up `lookups` topics, as `nth` names them; gives how many were found out. */
    look(lookups: number, nth: (lookup: number) => string): number {
      found = 0;
      for (let n = 0; n < lookups; n++) {
        const topic = nth(n);
        assert.equal(cache.get(topic), topic.toUpperCase());
      }
      return found;
    },
  };
}

Deno.test("topics that come again are found out once, 16,000 of them too", () => {
  for (const count of [1, 2, 16_000]) {
    const { look } = counted();
    assert.equal(look(5 * count, (n) => `topic.${n % count}`), count);
  }
});

Deno.test("when something changed, topics are found out anew", () => {
  const { cache, look } = counted();
  look(10, (n) => `topic.${n}`);
  assert.equal(look(10, (n) => `topic.${n}`), 0);
  cache.clear();
  assert.equal(look(10, (n) => `topic.${n}`), 10);
});

Deno.test("what finding out throws is not remembered", () => {
  let works = false;
  const cache = new TopicCache(() => {
    if (works) return "found";
    throw new Error("not yet");
  });
  assert.throws(() => cache.get("a"), { message: "not yet" });
  works = true;
  assert.equal(cache.get("a"), "found");
});

Deno.test("after ever new topics, those that begin to come again are remembered again", () => {
  for (const count of [1, 2, 100, 10_000]) {
    const { look } = counted();
    assert.equal(look(100_000, (n) => `new.${n}`), 100_000);
    look(100_000, (n) => `topic.${n % count}`);
    assert.equal(look(20_000, (n) => `topic.${n % count}`), 0, `of ${count}`);
  }
});
