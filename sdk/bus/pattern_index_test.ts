import assert from "node:assert/strict";
import fc from "fast-check";
import { topicWords, wordsMatch } from "../topic.ts";
import { PatternIndex } from "./pattern_index.ts";

interface Entry {
  readonly pattern: string;
  readonly value: number;
}

/** Returns the expected result of `match` by trying every pattern. */
function scan(entries: readonly Entry[], topic: string): number[] {
  return entries
    .filter(({ pattern }) => wordsMatch(topicWords(pattern), topicWords(topic)))
    .map(({ value }) => value);
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

/** Returns the number of nodes that a lookup visits. */
function visits(index: PatternIndex<unknown>, topic: string): number {
  const before = index.visits;
  index.match(topic);
  return index.visits - before;
}

const words = (...from: string[]) =>
  fc.array(fc.constantFrom(...from), { maxLength: 5 })
    .map((words) => words.join("."));
const entry = fc.record({
  pattern: words("a", "b", "", "*", "#"),
  value: fc.nat(2),
});

Deno.test("F7 an index returns the values that a scan finds, after any changes", () => {
  const changes = fc.array(fc.tuple(fc.boolean(), entry), { maxLength: 40 });
  const topics = fc.array(words("a", "b", "", "c"), { minLength: 1 });
  fc.assert(
    fc.property(changes, topics, (changes, topics) => {
      const index = new PatternIndex<number>();
      let entries: Entry[] = [];
      for (const [add, entry] of changes) {
        entries = entries.filter(({ pattern, value }) =>
          pattern !== entry.pattern || value !== entry.value
        );
        if (add) {
          entries.push(entry);
          index.add(entry.pattern, entry.value);
        } else {
          index.delete(entry.pattern, entry.value);
        }
        assert.equal(index.size, entries.length);
        for (const topic of topics) {
          assert.deepEqual(
            sorted(index.match(topic)),
            sorted(scan(entries, topic)),
          );
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("values of one pattern come in the order they were added", () => {
  const index = new PatternIndex<string>();
  for (const value of ["c", "a", "b", "a"]) index.add("x.*", value);
  assert.deepEqual(index.match("x.y"), ["c", "a", "b"]);
});

Deno.test("a word * or # in a topic is not a wildcard", () => {
  const index = new PatternIndex<string>();
  index.add("a.b", "literal");
  index.add("a.*", "star");
  index.add("a.#", "hash");
  assert.deepEqual(index.match("a.*").toSorted(), ["hash", "star"]);
  assert.deepEqual(index.match("a.#").toSorted(), ["hash", "star"]);
});

Deno.test("A21 one match among 5,000 patterns visits at most 3 × as many nodes as among 10", async (t) => {
  const kinds: Record<string, (i: number) => string> = {
    "one below another": (i) => `own.${i}`,
    "side by side": (i) => `${i}.own`,
    "with a star": (i) => `own.${i}.*`,
    "with a hash": (i) => `own.${i}.#`,
  };
  for (const [name, patternOf] of Object.entries(kinds)) {
    await t.step(name, () => {
      const [few, many] = [10, 5_000].map((size) => {
        const index = new PatternIndex<number>();
        for (let i = 0; i < size; i++) index.add(patternOf(i), i);
        const topic = patternOf(7).replace(/[*#]/, "x");
        assert.deepEqual(index.match(topic), [7]);
        return visits(index, topic);
      }) as [number, number];
      assert(many <= 3 * few, `${few} visits among 10, ${many} among 5,000`);
    });
  }
});

Deno.test("F8 twice the words of a hostile pattern cost at most ten times the visits", () => {
  const cost = (n: number) => {
    const index = new PatternIndex<string>();
    index.add([..."#".repeat(n), "b"].join("."), "hostile");
    index.add(Array.from({ length: n }, () => "#.a").join("."), "hostile too");
    return visits(index, Array.from({ length: 2 * n }, () => "a").join("."));
  };
  assert(cost(120) <= 10 * cost(60), `${cost(60)} visits, then ${cost(120)}`);
});

Deno.test("delete removes the unused nodes of a pattern", () => {
  const topics = ["", "a", "b", "a.b", "b.a", "a.b.a", "..", "a.."];
  const fresh = new PatternIndex<number>();
  const entries = fc.uniqueArray(entry, {
    selector: ({ pattern, value }) => JSON.stringify([pattern, value]),
  });
  fc.assert(
    fc.property(entries, entries, (staying, leaving) => {
      const index = new PatternIndex<number>();
      const other = new PatternIndex<number>();
      for (const { pattern, value } of leaving) index.add(pattern, -1 - value);
      for (const { pattern, value } of staying) {
        index.add(pattern, value);
        other.add(pattern, value);
      }
      for (const { pattern, value } of leaving) {
        index.delete(pattern, -1 - value);
      }
      // A node that is left would be visited.
      for (const topic of topics) {
        assert.equal(visits(index, topic), visits(other, topic));
      }
      for (const { pattern, value } of staying) index.delete(pattern, value);
      for (const topic of topics) {
        assert.equal(visits(index, topic), visits(fresh, topic));
      }
      assert.equal(index.size, 0);
    }),
    { numRuns: 300 },
  );
});
