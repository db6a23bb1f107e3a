import assert from "node:assert/strict";
import type { Handling } from "../../mod.ts";
import { failsWith, throwsWith } from "./assertions.ts";
import { inFlight, turn, watch, within } from "./promises.ts";
import type { Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";

/** B4, B9, B12 and B15: shared load, and closing of handlers. */
export const handlers: readonly Property[] = [
  {
    id: "B4",
    title:
      "a request rejects with NO_HANDLER after the last handler has closed",
    check: lastHandlerLeaves,
  },
  {
    id: "B9",
    title: "4 handlers share 1,000 requests, each receives 10 % or more",
    check: handlersShare,
  },
  {
    id: "B9",
    title: "a stuck handler delays only its own request",
    check: stuckAlone,
  },
  {
    id: "B9",
    title: "a handler runs for as many requests at once as its concurrency",
    check: keepsConcurrency,
  },
  {
    id: "B12",
    title:
      "a closing handler finishes its requests, later ones go to another handler",
    check: finishesAtClose,
  },
  {
    id: "B15",
    title: "close of a bus rejects pending requests, its handlers finish",
    check: finishesAtBusClose,
  },
];

async function lastHandlerLeaves(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("ask");
  const leave = new AbortController();
  const first = peer.handle(topic, () => "first");
  const last = peer.handle(topic, () => "last", { signal: leave.signal });
  await ready(first, last);
  await within(first.close(), "close");
  assert.equal(await bus.request(topic, 1), "last");
  leave.abort();
  await within(last.close(), "close after the signal");
  await failsWith(bus.request(topic, 1, { timeout: 1_000 }), "NO_HANDLER");
  await within(first[Symbol.asyncDispose](), "a second close");
}

async function handlersShare(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("ask");
  const counts = [0, 0, 0, 0];
  const handlings = [bus, bus, peer, peer].map((each, i) =>
    each.handle(topic, async () => {
      counts[i]!++;
      await turn();
      return i;
    })
  );
  await ready(...handlings);
  const n = trial.count(1_000, 200);
  const answers = await inFlight(n, 40, () => bus.request(topic, "whose?"));
  for (const i of counts.keys()) {
    assert.equal(counts[i], answers.filter((answer) => answer === i).length);
  }
  assert(Math.min(...counts) >= n / 10, `Of ${n} they got ${counts}`);
}

async function stuckAlone(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("ask");
  const stuck = Promise.withResolvers<void>();
  const handlings = [bus, peer].map((each) =>
    each.handle(topic, async ({ message }) => {
      if (message === "stuck") await stuck.promise;
      return message;
    })
  );
  await ready(...handlings);
  const never = watch(bus.request(topic, "stuck", { timeout: 300 }));
  const n = trial.count(200, 20);
  const answers = await inFlight(n, 20, (i) => bus.request(topic, i));
  assert.deepEqual(answers, Array.from({ length: n }, (_, i) => i));
  await failsWith(never.promise, "REQUEST_TIMEOUT");
  stuck.resolve();
}

async function keepsConcurrency(trial: Trial): Promise<void> {
  const { bus } = trial;
  const topic = trial.topic("ask");
  for (const concurrency of [0, -1, 1.5, NaN]) {
    const options = { concurrency };
    throwsWith(() => bus.handle(topic, () => 1, options), "INVALID_OPTION");
  }
  let running = 0;
  const most: number[] = [];
  const handling: Handling = bus.handle(topic, async ({ message }) => {
    most.push(++running, handling.running);
    await turn();
    running--;
    return message;
  }, { concurrency: 2 });
  await ready(handling);
  const answers = await inFlight(20, 20, (i) => bus.request(topic, i));
  assert.deepEqual(answers, Array.from({ length: 20 }, (_, i) => i));
  assert.equal(Math.max(...most), 2);
  assert.equal(handling.running, 0);
}

async function finishesAtClose(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const leaver = trial.bus.handle(topic, async () => {
    started.resolve();
    await finish.promise;
    return "the leaver's";
  });
  await ready(leaver);
  const held = watch(trial.bus.request(topic, "held"));
  await within(started.promise, "the handler to start");
  const successor = trial.peer.handle(topic, () => "the successor's");
  await ready(successor);
  const closing = watch(leaver.close());
  const answers = await inFlight(20, 5, () => trial.bus.request(topic, "next"));
  assert.deepEqual(new Set(answers), new Set(["the successor's"]));
  assert.equal(held.state, "pending");
  assert.equal(leaver.running, 1);
  finish.resolve();
  assert.equal(await within(held.promise, "its answer"), "the leaver's");
  await within(closing.promise, "close, its request being done");
  assert.equal(leaver.running, 0);
}

async function finishesAtBusClose(trial: Trial): Promise<void> {
  const { bus } = trial;
  const topic = trial.topic("ask");
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  let finished = false;
  const handling = bus.handle(topic, async () => {
    started.resolve();
    await finish.promise;
    finished = true;
    return "without a requester";
  });
  await ready(handling);
  const pending = watch(bus.request(topic, 1));
  await within(started.promise, "the handler to start");
  const closing = watch(bus.close());
  await failsWith(pending.promise, "BUS_CLOSED");
  assert.equal(finished, false);
  finish.resolve();
  await within(closing.promise, "the bus to close");
  await within(handling.close(), "the handling to close");
  assert.equal(finished, true);
}
