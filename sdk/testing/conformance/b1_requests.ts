import assert from "node:assert/strict";
import { countAbortHandlers, failsWith } from "./assertions.ts";
import { inFlight, within } from "./promises.ts";
import type { Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";

/** B1, B2 and B14: answers, their cost, and nested requests. */
export const requests: readonly Property[] = [
  {
    id: "B1",
    title: "20,000 requests in sequence receive their own answers",
    check: (trial) => echoes(trial, 1),
  },
  {
    id: "B1",
    title: "20,000 requests, 500 in flight, receive their own answer or error",
    check: (trial) => echoes(trial, 500),
  },
  {
    id: "B1",
    title: "a handler receives the topic, message, headers and id of a request",
    check: passesRequest,
  },
  {
    id: "B2",
    title: "2,000 requests leave nothing behind",
    check: leavesNothing,
  },
  {
    id: "B14",
    title: "a handler can request from itself, 20 levels deep",
    check: requestsItself,
  },
];

async function echoes(trial: Trial, width: number): Promise<void> {
  const topic = trial.topic("echo");
  const handling = trial.peer.handle(topic, async ({ message }) => {
    const number = message as number;
    if (number % 100 === 7) throw new Error(`not ${number}`);
    if (number % 10 === 3) await Promise.resolve();
    return { echo: number };
  });
  await ready(handling);
  await inFlight(trial.count(20_000, 1_000), width, async (number) => {
    const answer = trial.bus.request(topic, number);
    if (number % 100 === 7) {
      await failsWith(answer, "HANDLER_FAILED", `not ${number}`);
    } else {
      assert.deepEqual(await answer, { echo: number });
    }
  });
  assert.equal(handling.running, 0);
}

async function passesRequest(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const words = ["plain", "_request.inner", "x._response.y", "a._request"];
  const handling = peer.handle(trial.topic("#"), (request) => ({
    topic: request.topic,
    message: request.message,
    headers: { ...request.headers },
    id: /^[0-9a-f]{16}$/.test(request.id),
    redelivered: request.redelivered,
    aborted: request.signal.aborted,
    recent: Math.abs(Date.now() - request.time) < 5_000,
  }));
  await ready(handling);
  for (const topic of words.map((each) => trial.topic(each))) {
    const headers = { trace: "00-a-b-01" };
    assert.deepEqual(await bus.request(topic, [topic, null], { headers }), {
      ...{ topic, message: [topic, null], headers, id: true },
      ...{ redelivered: false, aborted: false, recent: true },
    });
  }
  assert.equal(handling.pattern, trial.topic("#"));
}

async function leavesNothing(trial: Trial): Promise<void> {
  const { bus } = trial;
  const topic = trial.topic("echo");
  const counted = countAbortHandlers();
  const idle = bus.subscribe(trial.topic("idle"));
  const handling = bus.handle(topic, ({ message }) => message);
  await ready(idle, handling);
  const { signal } = counted;
  for (let i = 0, n = trial.count(2_000, 100); i < n; i++) {
    assert.equal(await bus.request(topic, i, { signal }), i);
  }
  assert.equal(counted.handlers, 0, "abort handlers remain");
  assert.equal(handling.running, 0);
  assert.deepEqual([idle.queued, idle.inFlight, idle.dropped], [0, 0, 0]);
}

async function requestsItself(trial: Trial): Promise<void> {
  const topic = trial.topic("deep");
  const handling = trial.bus.handle(topic, async ({ message }) => {
    const depth = message as number;
    return depth === 0
      ? 0
      : 1 + (await trial.bus.request(topic, depth - 1) as number);
  });
  await ready(handling);
  const depth = within(trial.peer.request(topic, 20), "an answer, 20 deep");
  assert.equal(await depth, 20);
}
