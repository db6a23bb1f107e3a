import { topicMatches } from "@caryatid/sdk";
import fc from "fast-check";
import assert from "node:assert/strict";
import { patternWithin } from "./pattern_within.ts";

Deno.test("patternWithin() says what a right to hear one pattern gives", () => {
  const within: [inner: string, outer: string][] = [
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
  for (const [inner, outer] of within) {
    assert(patternWithin(inner, outer), `${inner} within ${outer}`);
  }
  const without: [inner: string, outer: string][] = [
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
  for (const [inner, outer] of without) {
    assert(!patternWithin(inner, outer), `${inner} not within ${outer}`);
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

/** A word beyond those of the patterns stands for all others; topics twice as long as a pattern tell any difference. */
const TOPICS = sequences(["a", "b", "c"], 7);

/** Which of the topics a pattern matches, a bit each. */
function topicsOf(pattern: string): Uint32Array {
  const bits = new Uint32Array(Math.ceil(TOPICS.length / 32));
  TOPICS.forEach((topic, i) => {
    if (topicMatches(pattern, topic)) bits[i >> 5]! |= 1 << (i & 31);
  });
  return bits;
}

function isSubset(inner: Uint32Array, outer: Uint32Array): boolean {
  return inner.every((bits, i) => (bits & ~outer[i]!) === 0);
}

Deno.test("patternWithin() agrees with all topics, for all pairs of patterns of up to 3 words", () => {
  const patterns = sequences(["a", "b", "*", "#"], 3)
    .map((pattern) => ({ pattern, topics: topicsOf(pattern) }));
  let held = 0;
  for (const inner of patterns) {
    for (const outer of patterns) {
      const found = patternWithin(inner.pattern, outer.pattern);
      const wanted = isSubset(inner.topics, outer.topics);
      assert.equal(found, wanted, `${inner.pattern} in ${outer.pattern}`);
      if (found) held++;
    }
  }
  assert(held > patterns.length, "some hold others than themselves");
});

Deno.test("patternWithin() lets nothing out, for generated patterns", () => {
  const words = fc.constantFrom("a", "b", "*", "#", "#", "");
  const pattern = fc.array(words, { maxLength: 6 })
    .map((words) => words.join("."));
  const topic = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 9 })
    .map((words) => words.join("."));
  const property = fc.property(
    pattern,
    pattern,
    topic,
    (inner, outer, topic) =>
      !topicMatches(inner, topic) || topicMatches(outer, topic) ||
      !patternWithin(inner, outer),
  );
  fc.assert(property, { numRuns: 20_000 });
});

Deno.test("patternWithin() takes as long for hostile patterns as for others of their length", () => {
  const hash = Array(64).fill("#").join(".");
  const mixed = Array(32).fill("#.a").join(".");
  const start = performance.now();
  for (const inner of [hash, mixed]) {
    for (const outer of [hash, mixed, `${mixed}.b`]) {
      patternWithin(inner, outer);
    }
  }
  assert(performance.now() - start < 1_000);
});
