import assert from "node:assert/strict";
import fc from "fast-check";
import {
  patternsOverlap,
  topicMatches,
  topicWords,
  validatePattern,
  validateTopic,
  wordsMatch,
  wordsOverlap,
} from "./topic.ts";

const INVALID_TOPIC = { name: "CaryatidError", code: "INVALID_TOPIC" };

/**
 * Reference implementation of matching by its definition, which may be slow.
 */
function matchesByDefinition(
  pattern: readonly string[],
  topic: readonly string[],
): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return topic.length === 0;
  if (first === "#") {
    return [...topic, ""].some((_, taken) =>
      matchesByDefinition(rest, topic.slice(taken))
    );
  }
  return topic.length > 0 && (first === "*" || first === topic[0]) &&
    matchesByDefinition(rest, topic.slice(1));
}

/** All sequences of at most `most` of these words. */
function sequences(words: readonly string[], most: number): string[][] {
  if (most === 0) return [[]];
  const shorter = sequences(words, most - 1);
  const longest = shorter.filter(({ length }) => length === most - 1);
  return [
    ...shorter,
    ...longest.flatMap((start) => words.map((word) => [...start, word])),
  ];
}

Deno.test("A6 a pattern matches as RabbitMQ defines it", async (t) => {
  const table: [pattern: string, hits: string[], misses: string[]][] = [
    ["a", ["a"], ["", "b", "A", "a.", ".a", "a.b"]],
    ["a.b", ["a.b"], ["a", "b", "a.b.c", "a..b"]],
    ["*", ["a", "*"], ["", "a.b", "."]],
    ["a.*", ["a.b", "a."], ["a", "a.b.c", "b.a", "."]],
    ["*.a", [".a", "b.a"], ["a", "a.", "b.c.a"]],
    ["#", ["", ".", "a", "a.b.c"], []],
    ["a.#", ["a", "a.", "a.b", "a.b.c"], ["", "b", "ab"]],
    ["#.a", ["a", ".a", "b.c.a"], ["", "a.b", "a."]],
    ["a.#.b", ["a.b", "a..b", "a.c.d.b", "a.b.b"], ["a", "b", "a.b.c"]],
    ["*.#", [".", "a", "a.b"], [""]],
    ["#.*", [".", "a", "a.b"], [""]],
    ["#.#", ["", "a", "a.b"], []],
    ["#.a.#", ["a", "a.a", "b.a.c"], ["", "b", "b.c"]],
    ["*.*", [".", "a.b"], ["", "a", "a.b.c"]],
    ["", [""], ["a", "."]],
    [".", ["."], ["", "a", "a.", ".."]],
    ["a*", ["a*"], ["a", "ab", "a."]],
    ["#a", ["#a"], ["a", "b.a"]],
    ["a.**", ["a.**"], ["a.b", "a.b.c"]],
    ["é.*", ["é.b"], ["e.b"]],
  ];
  for (const [pattern, hits, misses] of table) {
    await t.step(`"${pattern}"`, () => {
      for (const topic of hits) {
        assert(topicMatches(pattern, topic), `expected to hit "${topic}"`);
      }
      for (const topic of misses) {
        assert(!topicMatches(pattern, topic), `expected to miss "${topic}"`);
      }
    });
  }
});

Deno.test('"" has no words, and each dot makes one more', () => {
  assert.deepEqual(topicWords(""), []);
  assert.deepEqual(topicWords("a"), ["a"]);
  assert.deepEqual(topicWords("."), ["", ""]);
  assert.deepEqual(topicWords("a..b"), ["a", "", "b"]);
});

Deno.test("A7 topics and patterns have 255 bytes of UTF-8 at most", async (t) => {
  const checks: Record<string, (text: string) => unknown> = {
    validateTopic,
    validatePattern,
    "topicMatches, its pattern": (text) => topicMatches(text, ""),
    "topicMatches, its topic": (text) => topicMatches("", text),
    "patternsOverlap, the first": (text) => patternsOverlap(text, ""),
    "patternsOverlap, the second": (text) => patternsOverlap("", text),
  };
  const fits = ["x".repeat(255), "é".repeat(127), "€".repeat(85)];
  const exceeds = ["x".repeat(256), "é".repeat(128), "€".repeat(85) + "x"];
  for (const [name, check] of Object.entries(checks)) {
    await t.step(name, () => {
      for (const text of fits) check(text);
      for (const text of exceeds) {
        assert.throws(() => check(text), {
          ...INVALID_TOPIC,
          message: /found 256 bytes of UTF-8; expected at most 255$/,
        });
      }
    });
  }
});

Deno.test("A7 a topic or pattern that is not well-formed text is INVALID_TOPIC", async (t) => {
  const bad: unknown[] = ["\ud800", "a.\udfff", "\udc00\ud800.b", 1, null, {}];
  for (const text of bad as string[]) {
    await t.step(Deno.inspect(text), () => {
      assert.throws(() => validateTopic(text), INVALID_TOPIC);
      assert.throws(() => validatePattern(text), INVALID_TOPIC);
      assert.throws(() => topicMatches("#", text), INVALID_TOPIC);
      assert.throws(() => topicMatches(text, "a"), INVALID_TOPIC);
      assert.throws(() => patternsOverlap(text, "a"), INVALID_TOPIC);
    });
  }
  assert.equal(validateTopic("a.\u{1f600}"), "a.\u{1f600}");
});

Deno.test("A7 a published topic has no word * or #, a pattern may", () => {
  for (const topic of ["*", "#", "a.*", "#.a", "a.*.b", "a.#.b"]) {
    assert.throws(() => validateTopic(topic), INVALID_TOPIC);
    assert.equal(validatePattern(topic), topic);
  }
  for (const topic of ["", ".", "a*", "#a", "**", "a.b#.c", "Ä ö\n"]) {
    assert.equal(validateTopic(topic), topic);
  }
});

Deno.test("an error message shortens a long topic", () => {
  assert.throws(() => validateTopic("x".repeat(100_000)), ({ message }) => {
    assert(message.length < 200, message);
    return true;
  });
});

Deno.test("F7 matching agrees with its definition for any words", () => {
  const words = ["a", "b", "", "a*"];
  const pattern = fc.array(fc.constantFrom(...words, "*", "#", "#"), {
    maxLength: 8,
  });
  const topic = fc.array(fc.constantFrom(...words), { maxLength: 8 });
  fc.assert(
    fc.property(pattern, topic, (pattern, topic) => {
      assert.equal(
        wordsMatch(pattern, topic),
        matchesByDefinition(pattern, topic),
      );
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("F7 two patterns overlap exactly if some topic matches both", () => {
  // A shortest such topic has no word that only "#" takes, so six words do for
  // patterns of four; "c" stands for all other words.
  const topics = sequences(["a", "b", "c"], 6);
  const patterns = sequences(["a", "b", "*", "#"], 4);
  const matched = patterns.map((pattern) =>
    topics.flatMap((topic, i) => matchesByDefinition(pattern, topic) ? [i] : [])
  );
  const overlapping = (i: number): Set<number> => {
    const seen = new Set(matched[i]);
    return new Set(
      patterns.keys().filter((j) => matched[j]!.some((one) => seen.has(one))),
    );
  };
  fc.assert(
    fc.property(fc.nat(patterns.length - 1), (i) => {
      const partners = overlapping(i);
      for (const [j, pattern] of patterns.entries()) {
        if (wordsOverlap(patterns[i]!, pattern) === partners.has(j)) continue;
        assert.fail(
          `"${patterns[i]!.join(".")}" and "${pattern.join(".")}" ` +
            `${partners.has(j) ? "overlap" : "don't overlap"}`,
        );
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("F7 overlap is symmetric, and with a topic it is matching", () => {
  const pattern = fc.array(fc.constantFrom("a", "b", "", "*", "#"), {
    maxLength: 12,
  });
  const topic = fc.array(fc.constantFrom("a", "b", ""), { maxLength: 12 });
  fc.assert(
    fc.property(pattern, pattern, topic, (a, b, topic) => {
      assert.equal(wordsOverlap(a, b), wordsOverlap(b, a));
      assert.equal(wordsOverlap(a, topic), wordsMatch(a, topic));
      if (wordsMatch(a, topic) && wordsMatch(b, topic)) {
        assert(wordsOverlap(a, b));
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("F8 twice the words cost at most ten times the steps", async (t) => {
  const many = (n: number, ...words: string[]) =>
    Array.from({ length: n }, (_, i) => words[i % words.length]!);
  const hostile: Record<string, (n: number) => string[]> = {
    "#.#…": (n) => many(n, "#"),
    "#.#….b, which misses": (n) => [...many(n, "#"), "b"],
    "#.a.#.a….b, which misses": (n) => [...many(n, "#", "a"), "b"],
    "#.*.#.*….b, which misses": (n) => [...many(n, "#", "*"), "b"],
    "a.a….#.b, which misses": (n) => [...many(n, "a"), "#", "b"],
  };
  for (const [name, make] of Object.entries(hostile)) {
    await t.step(`matching ${name}`, () => {
      assertPolynomial(wordsMatch, make, (n) => many(2 * n, "a"));
    });
    await t.step(`overlap of ${name} with a topic`, () => {
      assertPolynomial(wordsOverlap, make, (n) => many(2 * n, "a"));
    });
    await t.step(`overlap of ${name} with itself, mirrored`, () => {
      assertPolynomial(wordsOverlap, make, (n) => make(n).reverse());
    });
  }
});

type Words = readonly string[];

function assertPolynomial(
  compare: (a: Words, b: Words) => boolean,
  makeA: (n: number) => Words,
  makeB: (n: number) => Words,
): void {
  const [once, twice] = [60, 120].map((n) => {
    const counter = { steps: 0 };
    compare(counted(makeA(n), counter), counted(makeB(n), counter));
    return counter.steps;
  }) as [number, number];
  assert(once > 60, `${once} steps: too few to be true`);
  assert(twice <= 10 * once, `${once} steps, then ${twice}`);
}

/** Counts how often a word is looked at. */
function counted(words: Words, counter: { steps: number }): Words {
  return new Proxy(words, {
    get(target, key, receiver) {
      if (typeof key === "string" && /^\d+$/.test(key)) counter.steps++;
      return Reflect.get(target, key, receiver);
    },
  });
}
