import assert from "node:assert/strict";
import { inspect } from "node:util";
import { failsWith, throwsWith } from "./fails_with.ts";
import type { Property } from "./property.ts";
import { heardBefore } from "./sentinel.ts";
import { messages } from "./take.ts";
import { ready, type Trial } from "./trial.ts";
import { within } from "./within.ts";

/** A5 to A7: who hears what. */
export const topics: readonly Property[] = [
  {
    id: "A5",
    says:
      "a subscription hears all from ready to close: nothing older or later",
    check: hearsFromReadyToClose,
  },
  { id: "A6", says: '"#" hears the topic ""', check: hearsTheEmptyTopic },
  {
    id: "A6",
    says: "a filter keeps topics out, before they are queued",
    check: filtersBeforeQueueing,
  },
  {
    id: "A7",
    says: "topics have 255 bytes of UTF-8 at most",
    check: limitsLength,
  },
  {
    id: "A7",
    says: "a bad topic or pattern is INVALID_TOPIC, nothing is sent",
    check: refusesBadTopics,
  },
];

async function hearsFromReadyToClose(trial: Trial): Promise<void> {
  for (let i = 0, n = trial.count(500, 50); i < n; i++) {
    const topic = trial.topic("window");
    await trial.peer.publish(topic, "older");
    const subscription = trial.bus.subscribe(topic);
    await ready(subscription);
    await trial.peer.publish(topic, i);
    assert.deepEqual(await trial.hear(subscription, 1), [i]);
    await within(subscription.close(), "close");
    await trial.peer.publish(topic, "later");
    const loop = subscription[Symbol.asyncIterator]();
    const { done, value } = await within(loop.next(), "the loop to end");
    assert(done, `Heard ${inspect(value)} after close`);
  }
}

async function hearsTheEmptyTopic(trial: Trial): Promise<void> {
  const all = trial.bus.subscribe("#");
  const empty = trial.bus.subscribe("");
  await ready(all, empty);
  const token = `${trial.prefix} on the empty topic`;
  await trial.bus.publish("", token);
  for (const subscription of [all, empty]) {
    const before = await heardBefore(trial, subscription, "");
    const own = before.filter(({ message }) => message === token); // others may publish on it
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
      "publish of what nobody wants",
    );
  }
  await trial.bus.publish(trial.topic("tone"), "heard");
  assert.deepEqual(await trial.hear(subscription, 1), ["heard"]);
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
    assert.deepEqual(await trial.hear(exact, 1), [trial.prefix]);
  }
  const heard = await trial.take(spy, fits.length);
  assert.deepEqual(heard.map(({ topic }) => topic), fits);
  assert.deepEqual(await heardBefore(trial, spy, trial.topic("end")), []);
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
  const heard = await heardBefore(trial, spy, trial.topic("a*.b#"));
  assert.deepEqual(messages(heard), []);
}
