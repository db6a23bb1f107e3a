import assert from "node:assert/strict";
import type { Subscription } from "../../mod.ts";
import type { Property } from "./property.ts";
import { heardBefore } from "./sentinel.ts";
import { ready, type Trial } from "./trial.ts";
import { watch } from "./watch.ts";
import { within } from "./within.ts";

/** Highest chi² of 16 equally likely digits that chance gives once in 10^10 times. */
const CHI_SQUARED = 80;

/** B10 and B11: what a request looks like to others. */
export const requestTopics: readonly Property[] = [
  {
    id: "B10",
    says: "ids of requests are 64 random bits, not from Math.random",
    check: drawsIds,
  },
  {
    id: "B11",
    says: '"#" hears a request on <topic>._request.<id>, and no answer',
    check: hidesAnswers,
  },
  {
    id: "B11",
    says: "an answer that a third publishes on _response is ignored",
    check: ignoresForgeries,
  },
];

async function drawsIds(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  const spy = trial.peer.subscribe(trial.topic("#"));
  const handling = trial.peer.handle(topic, () => "an answer");
  await ready(spy, handling);
  const ids: string[] = [];
  const { random } = Math;
  Math.random = () => 0.5;
  try {
    for (let i = trial.count(10_000, 1_000); i > 0; i--) {
      await trial.bus.request(topic, i);
      ids.push(await requestId(trial, spy, topic));
    }
  } finally {
    Math.random = random;
  }
  assert.equal(new Set(ids).size, ids.length, "ids repeat");
  for (let digit = 0; digit < 16; digit++) {
    const chi = chiSquared(ids.map((id) => parseInt(id[digit]!, 16)));
    assert(chi < CHI_SQUARED, `Digit ${digit} isn't random: chi² is ${chi}`);
  }
}

/** The id in the next request that is heard. */
async function requestId(
  trial: Trial,
  spy: Subscription,
  topic: string,
): Promise<string> {
  const [heard] = await trial.take(spy, 1);
  const marker = `${topic}._request.`;
  assert(heard!.topic.startsWith(marker), `Heard ${heard!.topic}`);
  const id = heard!.topic.slice(marker.length);
  assert.match(id, /^[0-9a-f]{16}$/);
  return id;
}

function chiSquared(digits: readonly number[]): number {
  const counts = new Array(16).fill(0);
  for (const digit of digits) counts[digit]++;
  const expected = digits.length / 16;
  return counts.reduce(
    (sum, count) => sum + (count - expected) ** 2 / expected,
    0,
  );
}

async function hidesAnswers(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("ask");
  const spies = [bus, peer].map((each) => each.subscribe(trial.topic("#")));
  const handling = peer.handle(topic, () => "a secret");
  await ready(...spies, handling);
  assert.equal(await bus.request(topic, "a question"), "a secret");
  for (const spy of spies) {
    await requestId(trial, spy, topic);
    // From the connection that answered: behind the answer, had there been one.
    const last = trial.topic("last");
    assert.deepEqual(await heardBefore(trial, spy, last, peer), []);
  }
}

async function ignoresForgeries(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("ask");
  const spy = peer.subscribe(trial.topic("#"));
  const finish = Promise.withResolvers<void>();
  const handling = peer.handle(topic, async () => {
    await finish.promise;
    return "genuine";
  });
  await ready(spy, handling);
  const answer = watch(bus.request(topic, "a question"));
  const id = await requestId(trial, spy, topic);
  const forged = `${topic}._response.${id}`;
  await peer.publish(forged, "forged");
  const heard = await heardBefore(trial, spy, forged, peer);
  assert.deepEqual(heard.map((delivery) => delivery.topic), [forged]);
  assert.equal(answer.state, "pending");
  finish.resolve();
  assert.equal(await within(answer.promise, "the answer"), "genuine");
}
