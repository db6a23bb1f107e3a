import fc from "fast-check";
import assert from "node:assert/strict";
import process from "node:process";
import { patternCovers, topicMatches } from "./topic.ts";

Deno.test("patternCovers() returns true only if the wide pattern matches all topics of the narrow one", () => {
  const covered: [narrow: string, wide: string][] = [
    ["clock.tick", "clock.tick"],
    ["clock.tick", "clock.*"],
    ["clock.*", "clock.#"],
    ["clock.#", "#"],
    ["", "#"],
    ["clock", "clock.#"],
    ["*.#", "#.*"],
    ["#.*", "*.#"],
    ["#.#", "#"],
    ["#", "#.#"],
    ["#.b.a", "*.#.a"],
    ["a.*.*.b", "a.#.*.b"],
  ];
  for (const [narrow, wide] of covered) {
    assert(patternCovers(wide, narrow), `${narrow} in ${wide}`);
  }
  const uncovered: [narrow: string, wide: string][] = [
    ["clock.#", "clock.*"],
    ["#", "*"],
    ["#", "*.#"],
    ["*", "clock"],
    ["", "*"],
    ["clock.*", "clock.tick"],
    ["a.#.b", "a.*.#.b"],
    ["Clock.tick", "clock.*"],
    ["clock.tick", "clock.t*"],
  ];
  for (const [narrow, wide] of uncovered) {
    assert(!patternCovers(wide, narrow), `${narrow} not in ${wide}`);
  }
});

/** All sequences of up to `most` of `words`. */
function sequences(words: readonly string[], most: number): string[] {
  let longest: string[][] = [[]];
  const all: string[][] = [[]];
  for (let length = 1; length <= most; length++) {
    longest = longest.flatMap((one) => words.map((word) => [...one, word]));
    all.push(...longest);
  }
  return all.map((one) => one.join("."));
}

/**
 * Topics that distinguish any two patterns of the test. The word `c` is in no
 * pattern and represents all others, and a topic is up to twice as long as a
 * pattern.
 */
const TOPICS = sequences(["a", "b", "c"], 7);

/** Returns one bit for each topic, set if the pattern matches the topic. */
function topicsOf(pattern: string): Uint32Array {
  const bits = new Uint32Array(Math.ceil(TOPICS.length / 32));
  TOPICS.forEach((topic, i) => {
    if (topicMatches(pattern, topic)) bits[i >> 5]! |= 1 << (i & 31);
  });
  return bits;
}

function isSubset(narrow: Uint32Array, wide: Uint32Array): boolean {
  return narrow.every((bits, i) => (bits & ~wide[i]!) === 0);
}

Deno.test("patternCovers() agrees with all topics, for all pairs of patterns of up to 3 words", () => {
  const patterns = sequences(["a", "b", "*", "#"], 3)
    .map((pattern) => ({ pattern, topics: topicsOf(pattern) }));
  let held = 0;
  for (const narrow of patterns) {
    for (const wide of patterns) {
      const found = patternCovers(wide.pattern, narrow.pattern);
      const wanted = isSubset(narrow.topics, wide.topics);
      assert.equal(found, wanted, `${narrow.pattern} in ${wide.pattern}`);
      if (found) held++;
    }
  }
  assert(held > patterns.length, "some hold others than themselves");
});

Deno.test("no topic of the narrow pattern is outside of the wide one if patternCovers() returns true", () => {
  const words = fc.constantFrom("a", "b", "*", "#", "#", "");
  const pattern = fc.array(words, { maxLength: 6 })
    .map((words) => words.join("."));
  const topic = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 9 })
    .map((words) => words.join("."));
  const property = fc.property(
    pattern,
    pattern,
    topic,
    (narrow, wide, topic) =>
      !topicMatches(narrow, topic) || topicMatches(wide, topic) ||
      !patternCovers(wide, narrow),
  );
  fc.assert(property, { numRuns: 20_000 });
});

Deno.test("patternCovers() takes as long for hostile patterns as for others of their length", () => {
  const hash = Array(64).fill("#").join(".");
  const mixed = Array(32).fill("#.a").join(".");
  const start = process.threadCpuUsage();
  for (const narrow of [hash, mixed]) {
    for (const wide of [hash, mixed, `${mixed}.b`]) {
      patternCovers(wide, narrow);
    }
  }
  const { user, system } = process.threadCpuUsage(start);
  assert((user + system) / 1_000 < 1_000);
});

Deno.test("patternCovers() throws INVALID_TOPIC if an argument is not a valid pattern", () => {
  const long = "x".repeat(256);
  assert.throws(() => patternCovers(long, "a"), { code: "INVALID_TOPIC" });
  assert.throws(() => patternCovers("a", long), { code: "INVALID_TOPIC" });
});
