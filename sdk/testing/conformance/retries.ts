import assert from "node:assert/strict";
import { failsWith, throwsWith } from "./fails_with.ts";
import type { Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";
import { watch } from "./watch.ts";
import { within } from "./within.ts";

/** B6: a handler that throws is called again, where that is wanted. */
export const retries: readonly Property[] = [
  {
    id: "B6",
    says: "with retry a handler that throws is called until it succeeds",
    check: triesAgain,
  },
  {
    id: "B6",
    says: "with retry the last failure counts when the attempts are used up",
    check: givesUp,
  },
  {
    id: "B6",
    says: "with retry other requests go on while one waits to be tried again",
    check: othersGoOn,
  },
  {
    id: "B6",
    says: "with retry nothing is tried again once nobody waits",
    check: stopsWhenNobodyWaits,
  },
  {
    id: "B6",
    says: "a retry that can't be right is INVALID_OPTION",
    check: refusesOptions,
  },
];

async function triesAgain(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  const calls: number[] = [];
  const handling = trial.peer.handle(topic, ({ message }) => {
    if (calls.push(performance.now()) < 3) throw new Error("not yet");
    return message;
  }, { retry: { attempts: 3, backoff: 50 } });
  await ready(handling);
  assert.equal(await trial.bus.request(topic, "please"), "please");
  const [first, second, third] = calls as [number, number, number];
  // Clocks may be read once per turn of the event loop.
  assert(second - first >= 30, `The backoff was ${second - first} ms`);
  assert(third - second >= 80, `Doubled it was ${third - second} ms`);
}

async function givesUp(trial: Trial): Promise<void> {
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

async function othersGoOn(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("ask");
  let ill = true;
  const handling = peer.handle(topic, ({ message }) => {
    if (message === "patient" && ill) throw new Error("ill");
    return message;
  }, {
    concurrency: 1,
    retry: { attempts: 100, backoff: 1 },
  });
  await ready(handling);
  const patient = watch(bus.request(topic, "patient"));
  for (let n = 0; n < 20; n++) assert.equal(await bus.request(topic, n), n);
  assert.equal(patient.state, "pending");
  ill = false;
  assert.equal(await within(patient.promise, "its answer"), "patient");
}

async function stopsWhenNobodyWaits(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  const called = Promise.withResolvers<void>();
  const calls: unknown[] = [];
  const handling = trial.peer.handle(topic, ({ message }) => {
    called.resolve();
    calls.push(message);
    if (calls.length < 3) throw new Error("not yet");
    return calls.length;
  }, { retry: { attempts: 9, backoff: 1_000 } }); // or it might be tried again before its handler is told
  await ready(handling);
  const leave = new AbortController();
  const { signal } = leave;
  const given = watch(trial.bus.request(topic, "given up", { signal }));
  await within(called.promise, "the handler to be called");
  leave.abort();
  await failsWith(given.promise, "ABORTED");
  assert.equal(await trial.bus.request(topic, "next"), 3);
  assert.deepEqual(calls, ["given up", "next", "next"]);
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
