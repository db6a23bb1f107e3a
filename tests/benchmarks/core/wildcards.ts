import eventemitter2 from "eventemitter2";
import type { Case } from "../harness.ts";
import { expectAll, perThreadSecond } from "./count.ts";
import { Subject } from "./subject.ts";

const MESSAGES = 200_000;
const KINDS = ["temperature", "humidity", "pressure", "noise"];
/** Patterns of Caryatid. EventEmitter2 writes `#` as `**`. */
const PATTERNS = [
  "sensor.*.temperature",
  "*.*.humidity",
  "sensor.r3.*",
  "*.r5.noise",
  "actor.#",
  "sensor.#",
];

/**
 * Repeated topics, more than the cache of routes holds: with several patterns,
 * and with one.
 */
export const wildcards: readonly Case[] = [64, 10_000, 100_000].flatMap(
  (count) => [
    { ...rateOf(count, PATTERNS), name: `wildcards-${count}-topics` },
    { ...rateOf(count, ["sensor.*.*"]), name: `wildcard-${count}-topics` },
  ],
);

function rateOf(
  topicCount: number,
  patterns: readonly string[],
): Omit<Case, "name"> {
  // made by the warm-up, so they are not counted as garbage
  let topics: readonly string[] | undefined;
  const count = patterns.length === 1 ? "one" : patterns.length;
  return {
    unit: "/s",
    async run() {
      topics ??= sensorTopics(topicCount);
      const ours = await throughCaryatid(topics, patterns);
      const peer = await throughEmitter(topics, patterns);
      expectAll(ours.received, peer.received);
      return { ours: ours.rate, peer: peer.rate };
    },
    ratio: ["ours", "peer"],
    ...topicCount < 100_000 && { goals: [{ of: "ratio", least: 1 }] },
    remark:
      `patterns: ${count}; peer: EventEmitter2, which has no back-pressure`,
  };
}

function sensorTopics(count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, i) => `sensor.r${Math.floor(i / KINDS.length)}.${KINDS[i % 4]}`,
  );
}

interface Outcome {
  readonly rate: number;
  readonly received: number;
}

async function throughCaryatid(
  topics: readonly string[],
  patterns: readonly string[],
): Promise<Outcome> {
  const subject = new Subject();
  const { context } = subject;
  let received = 0;
  const loops = patterns.map(async (pattern) => {
    for await (const _ of context.subscribe(pattern)) received++;
  });
  const rate = await perThreadSecond(MESSAGES, async () => {
    for (let i = 0; i < MESSAGES; i++) {
      await context.publish(topics[i % topics.length]!, i);
    }
    await subject[Symbol.asyncDispose]();
    await Promise.all(loops);
  });
  return { rate, received };
}

async function throughEmitter(
  topics: readonly string[],
  patterns: readonly string[],
): Promise<Outcome> {
  const emitter = new eventemitter2.EventEmitter2({
    wildcard: true,
    delimiter: ".",
  });
  let received = 0;
  for (const pattern of patterns) {
    emitter.on(pattern.replaceAll("#", "**"), () => received++);
  }
  const rate = await perThreadSecond(MESSAGES, () => {
    for (let i = 0; i < MESSAGES; i++) {
      emitter.emit(topics[i % topics.length]!, i);
    }
    return Promise.resolve();
  });
  return { rate, received };
}
