import assert from "node:assert/strict";
import { topicMatches } from "../../mod.ts";
import { within } from "./promises.ts";
import type { Property } from "./property.ts";
import { ready, Trial } from "./trial.ts";

/** Pattern, matching topics and other topics, all after a prefix. */
const MATCHES: readonly (readonly [string, string[], string[]])[] = [
  ["a.b", ["a.b"], ["a", "a.b.c", "A.b", "a.b.", ".a.b", ""]],
  ["a.*", ["a.b", "a.", "a.*x"], ["a", "a.b.c", "b.a"]],
  ["*.b", ["a.b", ".b"], ["b", "a.a.b"]],
  ["*", ["a", "x y"], ["a.b", ""]],
  ["#", ["", "a", "a.b.c", "..", "a."], []],
  ["a.#", ["a", "a.", "a.b.c"], ["", "b", "ab"]],
  ["#.a", ["a", "b.a", "b..a"], ["a.b"]],
  ["a.#.b", ["a.b", "a.x.y.b"], ["a", "b", "a.b.x"]],
  ["*.#", ["a", "a.b"], [""]],
  ["#.*", ["a", "a.b"], [""]],
  ["a*", ["a*"], ["a", "ab"]],
  ["a.b#", ["a.b#"], ["a.b", "a.bc"]],
  ["", [""], ["a", "."]],
  ["*.*", ["."], ["", ".."]],
];

/** A6: patterns. */
export const patterns: readonly Property[] = [
  {
    id: "A6",
    title: "patterns match whole words as in RabbitMQ",
    check: matchesTable,
  },
  {
    id: "A6",
    title: "300 random pairs of pattern and topic match as in topicMatches",
    check: matchesLikeTheOracle,
  },
];

async function matchesTable(trial: Trial): Promise<void> {
  for (const [pattern, match, differ] of MATCHES) {
    await checkMatches(trial, [pattern], [...match, ...differ], {
      wanted: (_pattern, topic) =>
        match.includes(topic) || topic === topicOf(pattern),
      seed: "the table",
    });
  }
}

async function matchesLikeTheOracle(trial: Trial): Promise<void> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const random = randomNumbers(seed);
  const words = (all: string[]) =>
    Array.from(
      { length: random(5) },
      () => all[random(all.length)]!,
    ).join(".");
  for (let round = trial.count(3); round > 0; round--) {
    const patterns = Array.from(
      { length: 10 },
      () => words(["a", "b", "", "*", "#"]),
    );
    const sent = Array.from({ length: 10 }, () => words(["a", "b", ""]));
    await checkMatches(trial, patterns, sent, {
      wanted: topicMatches,
      seed: `seed ${seed}`,
    });
  }
}

/** Asserts that every pattern receives exactly the `wanted` topics. */
async function checkMatches(
  { bus, peer, maxMessageSize }: Trial,
  patterns: readonly string[],
  sent: readonly string[],
  { wanted, seed }: {
    wanted: (pattern: string, topic: string) => boolean;
    seed: string;
  },
): Promise<void> {
  const trial = new Trial(bus, peer, { maxMessageSize }); // with another prefix
  const below = (words: string) =>
    words === "" ? trial.prefix : trial.topic(words);
  const subscriptions = patterns.map((one) => bus.subscribe(below(one)));
  await ready(...subscriptions);
  // Each pattern matches a last topic, so a wrong delivery comes before it.
  const all = [...sent, ...patterns.map(topicOf)];
  for (const topic of all) await bus.publish(below(topic), topic);
  for (const [i, pattern] of patterns.entries()) {
    const expected = all.filter((topic) => wanted(pattern, topic));
    const received = await trial.receive(subscriptions[i]!, expected.length);
    // Order holds for each topic only.
    assert.deepEqual(received.sort(), expected.sort(), `${pattern} (${seed})`);
    await within(subscriptions[i]!.close(), "close");
  }
}

/** Returns a topic that the pattern matches. */
function topicOf(pattern: string): string {
  return pattern.split(".")
    .map((word) => word === "*" || word === "#" ? "last" : word)
    .join(".");
}

/**
 * Returns a generator (Mulberry32) of numbers below a bound, the same for the
 * same seed.
 */
function randomNumbers(seed: number): (bound: number) => number {
  return (bound) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % bound;
  };
}
