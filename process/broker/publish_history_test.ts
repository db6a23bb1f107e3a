import assert from "node:assert/strict";
import { PublishHistory } from "./publish_history.ts";

function message(topic: string, size: number, released: string[]) {
  return { topic, size, release: () => released.push(topic) };
}

Deno.test("PublishHistory keeps messages within its bounds, and counts the removed ones", () => {
  const released: string[] = [];
  const history = new PublishHistory(3, 100);
  for (const [at, topic] of ["a", "b", "c", "d"].entries()) {
    history.add(message(topic, 10, released), at);
  }
  history.add(message("large", 95, released), 9);
  const { messages, forgotten } = history.take();
  assert.deepEqual(messages.map(({ topic }) => topic), ["large"]);
  assert.deepEqual(released, ["a", "b", "c", "d"]);
  assert.deepEqual(forgotten, { count: 4, from: 0, until: 3, pattern: "#" });
});

Deno.test("PublishHistory describes the topics of removed messages by one pattern", () => {
  const patternOf = (...topics: string[]) => {
    const history = new PublishHistory(0, 100);
    for (const topic of topics) history.add(message(topic, 1, []), 0);
    return history.take().forgotten!.pattern;
  };
  assert.equal(patternOf("order.new", "order.new"), "order.new");
  assert.equal(patternOf("order.new.eu", "order.old", "order.new"), "order.#");
  assert.equal(patternOf("order", "order.new"), "order.#");
  assert.equal(patternOf("order.new", "bill.new"), "#");
});

Deno.test("PublishHistory drops messages that were confirmed before a successful check", () => {
  const released: string[] = [];
  const history = new PublishHistory(2, 100);
  for (const [at, topic] of ["a", "b", "c"].entries()) {
    history.add(message(topic, 10, released), at);
  }
  history.trim(2);
  const { messages, forgotten } = history.take();
  assert.deepEqual(messages.map(({ topic }) => topic), ["c"]);
  assert.equal(forgotten, undefined);
  assert.deepEqual(released, ["a", "b"]);
});

Deno.test("PublishHistory removes and returns messages confirmed since a time, and keeps the rest", () => {
  const history = new PublishHistory(3, 100);
  for (const [at, topic] of ["a", "b", "c", "d"].entries()) {
    history.add(message(topic, 10, []), at);
  }
  const topics = (since?: number) =>
    history.take(since).messages.map(({ topic }) => topic);
  assert.deepEqual(topics(3), ["d"]);
  assert.deepEqual(history.take(2).forgotten, undefined);
  assert.deepEqual(topics(0), ["b"]);
  assert.deepEqual(history.take().messages, []);
});
