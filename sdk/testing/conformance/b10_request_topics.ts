import assert from "node:assert/strict";
import {
  ANSWER_DURATION_HEADER,
  ANSWER_FAILURE_HEADER,
} from "../../bus/answer_copy.ts";
import type { Subscription } from "../../mod.ts";
import { watch, within } from "./promises.ts";
import type { Property } from "./property.ts";
import { ready, receivedBefore, type Trial } from "./trial.ts";

/**
 * Maximum chi² of 16 equally likely digits, exceeded by chance once in 10^10
 * times.
 */
const CHI_SQUARED = 80;

/** B10 and B11: ids and topics of requests. */
export const requestTopics: readonly Property[] = [
  {
    id: "B10",
    title: "request ids are 64 random bits, not from Math.random",
    check: drawsIds,
  },
  {
    id: "B11",
    title:
      'a subscriber of "#" receives a request on <topic>._request.<id> and no answer',
    check: hidesAnswers,
  },
  {
    id: "B11",
    title:
      "a subscriber that names answers receives copies of answers and errors",
    check: copiesAnswers,
  },
  {
    id: "B11",
    title: "an answer that a third client publishes on _response is ignored",
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
    assert(chi < CHI_SQUARED, `Digit ${digit} is not random: chi² is ${chi}`);
  }
}

/** Returns the id of the next received request. */
async function requestId(
  trial: Trial,
  spy: Subscription,
  topic: string,
): Promise<string> {
  const [received] = await trial.take(spy, 1);
  const marker = `${topic}._request.`;
  assert(received!.topic.startsWith(marker), `Received ${received!.topic}`);
  const id = received!.topic.slice(marker.length);
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
    // From the connection of the handler, so an answer would come before.
    const last = trial.topic("last");
    assert.deepEqual(await receivedBefore(trial, spy, last, peer), []);
  }
}

async function copiesAnswers(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("ask");
  const spies = [bus, peer].map((each) =>
    each.subscribe(`${topic}._response.*`)
  );
  const handling = peer.handle(topic, ({ message }) => {
    if (message === "fail") throw new RangeError("too far");
    return "an answer";
  });
  await ready(...spies, handling);
  assert.equal(await bus.request(topic, "a question"), "an answer");
  await assert.rejects(bus.request(topic, "fail"));
  for (const spy of spies) {
    const [answer, failure] = await trial.take(spy, 2);
    assert.equal(answer!.message, "an answer");
    assert(Number(answer!.headers[ANSWER_DURATION_HEADER]) > 0);
    assert.equal(answer!.headers[ANSWER_FAILURE_HEADER], undefined);
    assert.equal(failure!.headers[ANSWER_FAILURE_HEADER], "HANDLER_FAILED");
    assert.match(String((failure!.message as Error).message), /too far/);
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
  const received = await receivedBefore(trial, spy, forged, peer);
  assert.deepEqual(received.map((delivery) => delivery.topic), [forged]);
  assert.equal(answer.state, "pending");
  finish.resolve();
  assert.equal(await within(answer.promise, "the answer"), "genuine");
}
