import assert from "node:assert/strict";
import { TopicCache } from "./pattern_index.ts";

/** Returns a cache and a function that counts the misses of some lookups. */
function counted() {
  let found = 0;
  const cache = new TopicCache((topic: string) => {
    found++;
    return topic.toUpperCase();
  });
  return {
    cache,
    /**
     * Looks up `lookups` topics, as `nth` names them; gives how many were found
     * out.
     */
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

Deno.test("repeated topics are looked up once, up to 16,000 of them", () => {
  for (const count of [1, 2, 16_000]) {
    const { look } = counted();
    assert.equal(look(5 * count, (n) => `topic.${n % count}`), count);
  }
});

Deno.test("clear makes the cache look up all topics again", () => {
  const { cache, look } = counted();
  look(10, (n) => `topic.${n}`);
  assert.equal(look(10, (n) => `topic.${n}`), 0);
  cache.clear();
  assert.equal(look(10, (n) => `topic.${n}`), 10);
});

Deno.test("an error of the lookup is not cached", () => {
  let works = false;
  const cache = new TopicCache(() => {
    if (works) return "found";
    throw new Error("not yet");
  });
  assert.throws(() => cache.get("a"), { message: "not yet" });
  works = true;
  assert.equal(cache.get("a"), "found");
});

Deno.test("after many unique topics, the cache keeps repeated topics again", () => {
  for (const count of [1, 2, 100, 10_000]) {
    const { look } = counted();
    assert.equal(look(100_000, (n) => `new.${n}`), 100_000);
    look(100_000, (n) => `topic.${n % count}`);
    assert.equal(look(20_000, (n) => `topic.${n % count}`), 0, `of ${count}`);
  }
});
