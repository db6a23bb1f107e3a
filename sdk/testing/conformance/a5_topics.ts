import assert from "node:assert/strict";
import { inspect } from "node:util";
import { failsWith, throwsWith } from "./assertions.ts";
import { within } from "./promises.ts";
import type { Property } from "./property.ts";
import { messages } from "./take.ts";
import { ready, receivedBefore, type Trial } from "./trial.ts";

/** A5 to A7: ready and close, the empty topic, filters and invalid topics. */
export const topics: readonly Property[] = [
  {
    id: "A5",
    title:
      "a subscription receives all messages from ready to close, and no others",
    check: receivesFromReadyToClose,
  },
  { id: "A6", title: '"#" matches the topic ""', check: matchesEmptyTopic },
  {
    id: "A6",
    title: "filter excludes topics before they are queued",
    check: filtersBeforeQueueing,
  },
  {
    id: "A7",
    title: "topics have at most 255 bytes of UTF-8",
    check: limitsLength,
  },
  {
    id: "A7",
    title: "an invalid topic or pattern is INVALID_TOPIC, nothing is sent",
    check: refusesBadTopics,
  },
];

async function receivesFromReadyToClose(trial: Trial): Promise<void> {
  for (let i = 0, n = trial.count(500, 50); i < n; i++) {
    const topic = trial.topic("window");
    await trial.peer.publish(topic, "older");
    const subscription = trial.bus.subscribe(topic);
    await ready(subscription);
    await trial.peer.publish(topic, i);
    assert.deepEqual(await trial.receive(subscription, 1), [i]);
    await within(subscription.close(), "close");
    await trial.peer.publish(topic, "later");
    const loop = subscription[Symbol.asyncIterator]();
    const { done, value } = await within(loop.next(), "the loop to end");
    assert(done, `Received ${inspect(value)} after close`);
  }
}

async function matchesEmptyTopic(trial: Trial): Promise<void> {
  const all = trial.bus.subscribe("#");
  const empty = trial.bus.subscribe("");
  await ready(all, empty);
  const token = `${trial.prefix} on the empty topic`;
  await trial.bus.publish("", token);
  for (const subscription of [all, empty]) {
    const before = await receivedBefore(trial, subscription, "");
    // other tests may publish on it
    const own = before.filter(({ message }) => message === token);
    assert.deepEqual(own.map(({ topic }) => topic), [""]);
  }
}

async function filtersBeforeQueueing(trial: Trial): Promise<void> {
  const asked: string[] = [];
  const subscription = trial.bus.subscribe(trial.topic("*"), {
    queueSize: 2,
    filter: (topic) => asked.push(topic) > 0 && !topic.endsWith("noise"),
  });
  await ready(subscription);
  for (let i = 0; i < 10; i++) {
    await within(
      trial.bus.publish(trial.topic("noise"), i),
      "publish of an excluded topic",
    );
  }
  await trial.bus.publish(trial.topic("tone"), "received");
  assert.deepEqual(await trial.receive(subscription, 1), ["received"]);
  assert.equal(subscription.dropped, 0);
  assert(asked.includes(trial.topic("noise")));
}

async function limitsLength(trial: Trial): Promise<void> {
  const spy = trial.bus.subscribe(trial.topic("#"));
  await ready(spy);
  const room = 255 - trial.topic("").length;
  const fits = [
    trial.topic("x".repeat(room)),
    trial.topic("é".repeat(room >> 1)),
  ];
  const exceeds = [
    trial.topic("x".repeat(room + 1)),
    trial.topic("é".repeat((room >> 1) + 1)),
    "é".repeat(128),
  ];
  for (const topic of exceeds) {
    await failsWith(trial.bus.publish(topic, topic), "INVALID_TOPIC");
    throwsWith(() => trial.bus.subscribe(topic), "INVALID_TOPIC");
    throwsWith(() => trial.bus.handle(topic, () => 1), "INVALID_TOPIC");
    await failsWith(trial.bus.request(topic, topic), "INVALID_TOPIC");
  }
  for (const topic of [...fits, "é".repeat(127)]) {
    const exact = trial.bus.subscribe(topic);
    await ready(exact);
    await trial.bus.publish(topic, trial.prefix);
    assert.deepEqual(await trial.receive(exact, 1), [trial.prefix]);
  }
  const received = await trial.take(spy, fits.length);
  assert.deepEqual(received.map(({ topic }) => topic), fits);
  assert.deepEqual(await receivedBefore(trial, spy, trial.topic("end")), []);
}

async function refusesBadTopics(trial: Trial): Promise<void> {
  const { bus } = trial;
  const spy = bus.subscribe(trial.topic("#"));
  await ready(spy);
  for (const words of ["*", "#", "a.*.b", "a.#", "\ud800", "a.\udfff"]) {
    const topic = trial.topic(words);
    await failsWith(bus.publish(topic, 1), "INVALID_TOPIC");
    await failsWith(bus.request(topic, 1), "INVALID_TOPIC");
  }
  const lone = trial.topic("\ud800");
  throwsWith(() => bus.subscribe(lone), "INVALID_TOPIC");
  throwsWith(() => bus.handle(lone, () => 1), "INVALID_TOPIC");
  const received = await receivedBefore(trial, spy, trial.topic("a*.b#"));
  assert.deepEqual(messages(received), []);
}
