import assert from "node:assert/strict";
import { failsWith, throwsWith } from "./assertions.ts";
import { watch, within } from "./promises.ts";
import type { Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";

/** B6: the option `retry` of handlers. */
export const retries: readonly Property[] = [
  {
    id: "B6",
    title: "with retry, a throwing handler is called until it succeeds",
    check: retriesUntilSuccess,
  },
  {
    id: "B6",
    title: "with retry, the error of the last attempt reaches the requester",
    check: reportsLastError,
  },
  {
    id: "B6",
    title: "with retry, other requests continue during the backoff of one",
    check: othersContinue,
  },
  {
    id: "B6",
    title: "with retry, an aborted request is not retried",
    check: stopsAfterAbort,
  },
  {
    id: "B6",
    title: "an invalid retry is INVALID_OPTION",
    check: refusesOptions,
  },
];

async function retriesUntilSuccess(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  const calls: number[] = [];
  const handling = trial.peer.handle(topic, ({ message }) => {
    if (calls.push(performance.now()) < 3) throw new Error("not yet");
    return message;
  }, { retry: { attempts: 3, backoff: 50 } });
  await ready(handling);
  assert.equal(await trial.bus.request(topic, "please"), "please");
  const [first, second, third] = calls as [number, number, number];
  // Clocks may be updated once per turn of the event loop.
  assert(second - first >= 30, `The backoff was ${second - first} ms`);
  assert(third - second >= 80, `The doubled backoff was ${third - second} ms`);
}

async function reportsLastError(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  let calls = 0;
  const handling = trial.peer.handle(topic, async () => {
    await null;
    throw new RangeError(`failure ${++calls}`);
  }, { retry: { attempts: 4 } });
  await ready(handling);
  const answer = trial.bus.request(topic, 1);
  const { cause } = await failsWith(answer, "HANDLER_FAILED");
  assert.deepEqual(cause, { code: "RangeError", message: "failure 4" });
  assert.equal(calls, 4);
}

async function othersContinue(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("ask");
  let fails = true;
  const handling = peer.handle(topic, ({ message }) => {
    if (message === "retried" && fails) throw new Error("failed");
    return message;
  }, {
    concurrency: 1,
    retry: { attempts: 100, backoff: 1 },
  });
  await ready(handling);
  const retried = watch(bus.request(topic, "retried"));
  for (let n = 0; n < 20; n++) assert.equal(await bus.request(topic, n), n);
  assert.equal(retried.state, "pending");
  fails = false;
  assert.equal(await within(retried.promise, "its answer"), "retried");
}

async function stopsAfterAbort(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  const called = Promise.withResolvers<void>();
  const calls: unknown[] = [];
  const handling = trial.peer.handle(topic, ({ message }) => {
    called.resolve();
    calls.push(message);
    if (calls.length < 3) throw new Error("not yet");
    return calls.length;
    // longer than the abort takes to reach the handler
  }, { retry: { attempts: 9, backoff: 1_000 } });
  await ready(handling);
  const leave = new AbortController();
  const { signal } = leave;
  const given = watch(trial.bus.request(topic, "aborted", { signal }));
  await within(called.promise, "the handler to be called");
  leave.abort();
  await failsWith(given.promise, "ABORTED");
  assert.equal(await trial.bus.request(topic, "next"), 3);
  assert.deepEqual(calls, ["aborted", "next", "next"]);
}

function refusesOptions({ bus, prefix }: Trial): Promise<void> {
  const bad = [
    ...[0, -1, 1.5, 101, NaN].map((attempts) => ({ attempts })),
    ...[-1, NaN, Infinity, 2 ** 31].map((backoff) => ({
      attempts: 2,
      backoff,
    })),
  ];
  for (const retry of bad) {
    throwsWith(() => bus.handle(prefix, () => 1, { retry }), "INVALID_OPTION");
  }
  return Promise.resolve();
}
