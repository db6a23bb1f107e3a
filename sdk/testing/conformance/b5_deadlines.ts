import assert from "node:assert/strict";
import { failsWith } from "./assertions.ts";
import { measureUntil } from "./measure_until.ts";
import { watch, within } from "./promises.ts";
import type { Property } from "./property.ts";
import { ready, receivedBefore, type Trial } from "./trial.ts";

/** Maximum difference from a deadline or an abort, in milliseconds. */
const MAX_DIFFERENCE = 100;

/** B5, B7 and B8: timeouts, late answers and aborted requests. */
export const deadlines: readonly Property[] = [
  {
    id: "B5",
    title:
      "a request rejects with REQUEST_TIMEOUT at its deadline and aborts its handler",
    check: timesOut,
  },
  {
    id: "B5",
    title: "invalid timeouts are INVALID_OPTION",
    check: refusesTimeouts,
  },
  {
    id: "B7",
    title: "late and repeated answers are dropped",
    check: dropsLateAnswers,
  },
  {
    id: "B7",
    title: "answers to an unknown id are dropped",
    check: dropsUnknownAnswers,
  },
  {
    id: "B8",
    title:
      "a request with an aborted signal rejects with ABORTED and is not sent",
    check: abortedBefore,
  },
  {
    id: "B8",
    title: "an abort rejects a pending request at once and aborts its handler",
    check: abortedDuring,
  },
];

/**
 * Registers a handler that waits for its signal. `started` and `fired` resolve
 * at its start and end.
 */
function handleForEver(trial: Trial, topic: string) {
  const started = Promise.withResolvers<void>();
  const fired = Promise.withResolvers<number>();
  const handling = trial.peer.handle(topic, async ({ signal }) => {
    started.resolve();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    fired.resolve(performance.now());
    return "too late";
  });
  return { handling, started: started.promise, fired: fired.promise };
}

async function timesOut(trial: Trial): Promise<void> {
  const timeout = 300;
  await checkTime("REQUEST_TIMEOUT and the signal", async (attempt) => {
    const topic = trial.topic(`ask.${attempt}`);
    const { handling, fired } = handleForEver(trial, topic);
    await ready(handling);
    const start = performance.now();
    const answer = trial.bus.request(topic, 1, { timeout });
    await failsWith(answer, "REQUEST_TIMEOUT", topic);
    const rejected = performance.now() - start;
    const signalled = await within(fired, "the handler's signal") - start;
    const early = timeout - Math.min(rejected, signalled);
    assert(early <= MAX_DIFFERENCE, `It came ${early} ms too early`);
    return Math.max(rejected, signalled) - timeout;
  });
}

/** Checks how late something is, in milliseconds. */
async function checkTime(
  what: string,
  measure: (attempt: number) => Promise<number>,
): Promise<void> {
  const late = await measureUntil((late) => late <= MAX_DIFFERENCE, measure);
  assert(late <= MAX_DIFFERENCE, `${what} came ${late} ms too late`);
}

async function refusesTimeouts({ bus, prefix }: Trial): Promise<void> {
  let calls = 0;
  const handling = bus.handle(prefix, () => ++calls);
  await ready(handling);
  for (const timeout of [NaN, 0, -1, Infinity, 2 ** 31]) {
    await failsWith(bus.request(prefix, 1, { timeout }), "INVALID_OPTION");
  }
  assert.equal(await bus.request(prefix, 1, { timeout: 2 ** 31 - 1 }), 1);
}

async function dropsLateAnswers(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const late = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const slow = peer.handle(trial.topic("ask.*"), async ({ message }) => {
    if (message !== "next") {
      await late.promise;
      done.resolve();
    }
    return "slow";
  });
  await ready(slow);
  const topic = trial.topic("ask.time");
  const answer = bus.request(topic, "late", { timeout: 100 });
  await failsWith(answer, "REQUEST_TIMEOUT");
  const quick = peer.handle(topic, ({ message }) => ["quick", message]);
  await ready(quick);
  assert.deepEqual(await bus.request(topic, 2), ["quick", 2]);
  late.resolve();
  await within(done.promise, "the slow handler to answer");
  await within(slow.close(), "close of the slow handler");
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(await bus.request(topic, i), ["quick", i]);
  }
}

async function dropsUnknownAnswers(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  const handling = trial.peer.handle(topic, ({ message }) => message);
  await ready(handling);
  for (const id of ["0123456789abcdef", "", "x.y", "_request.1"]) {
    await trial.peer.publish(`${topic}._response.${id}`, "without a request");
    assert.equal(await trial.bus.request(topic, id), id);
  }
}

async function abortedBefore(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("ask");
  let calls = 0;
  const handling = peer.handle(topic, () => ++calls);
  const spy = peer.subscribe(trial.topic("#"));
  await ready(handling, spy);
  const reason = new Error("never mind");
  const signal = AbortSignal.abort(reason);
  const error = await failsWith(bus.request(topic, 1, { signal }), "ABORTED");
  assert.equal(error.cause, reason);
  assert.deepEqual(await receivedBefore(trial, spy, topic), []);
  assert.equal(await bus.request(topic, 1), 1);
}

async function abortedDuring(trial: Trial): Promise<void> {
  await checkTime("ABORTED", async (attempt) => {
    const topic = trial.topic(`ask.${attempt}`);
    const { handling, started, fired } = handleForEver(trial, topic);
    await ready(handling);
    const leave = new AbortController();
    const { signal } = leave;
    const answer = watch(trial.bus.request(topic, 1, { signal }));
    await within(started, "the handler to start");
    assert.equal(answer.state, "pending");
    const reason = new Error("no more time");
    const start = performance.now();
    leave.abort(reason);
    const error = await failsWith(answer.promise, "ABORTED");
    const took = performance.now() - start;
    assert.equal(error.cause, reason);
    await within(fired, "the handler's signal");
    return took;
  });
}
