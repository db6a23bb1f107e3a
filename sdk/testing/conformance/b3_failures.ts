import assert from "node:assert/strict";
import { CaryatidError, type MessageBus } from "../../mod.ts";
import { failsWith } from "./assertions.ts";
import { measureUntil } from "./measure_until.ts";
import { copiesMessages, type Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";

/** Maximum time until NO_HANDLER, in milliseconds. */
const MAX_TIME = 100;

/** Thrown values with the code and message that the requester receives. */
const THROWN: readonly (readonly [unknown, string, string])[] = [
  [new Error("no luck"), "Error", "no luck"],
  [new TypeError("not so"), "TypeError", "not so"],
  [new CaryatidError("FORBIDDEN", "Cannot do that"), "FORBIDDEN", "Cannot do"],
  [new CaryatidError("REQUEST_TIMEOUT", "late"), "REQUEST_TIMEOUT", "late"],
  [Object.assign(new Error("gone"), { code: "ENOENT" }), "ENOENT", "gone"],
  [Object.assign(new RangeError("far"), { code: 7 }), "RangeError", "far"],
  [null, "Error", "null"],
  [undefined, "Error", "undefined"],
  ["only text", "Error", "only text"],
];

/** B3 and B6: missing handlers, and errors of handlers. */
export const failures: readonly Property[] = [
  {
    id: "B3",
    title:
      'a request without a handler rejects with NO_HANDLER in 100 ms, also with a subscriber of "#"',
    check: noHandlerAtOnce,
  },
  {
    id: "B6",
    title: "HANDLER_FAILED has the code and message of the error, and no stack",
    check: describesFailures,
  },
  {
    id: "B6",
    title: "a module error arrives with code, message and details",
    check: deliversOwnErrors,
  },
  {
    id: "B6",
    title:
      "a module error that cannot be sent is HANDLER_FAILED with INVALID_ERROR",
    check: refusesOwnErrors,
  },
  {
    id: "B6",
    title: "an error with throwing getters is HANDLER_FAILED",
    check: survivesThrowingGetters,
  },
  {
    id: "B6",
    title: "an undefined answer is HANDLER_FAILED with NOT_ENCODABLE",
    check: (trial) => refusesAnswer(trial, undefined),
  },
  {
    id: "B6",
    title:
      "an answer that cannot be encoded is HANDLER_FAILED with NOT_ENCODABLE",
    needs: copiesMessages,
    check: (trial) => refusesAnswer(trial, { run: () => 1 }),
  },
];

async function noHandlerAtOnce(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const others = [
    bus.subscribe("#"),
    peer.subscribe(trial.topic("#")),
    peer.subscribe(trial.topic("ask._request.*"), { group: "spies" }),
    peer.handle(trial.topic("other"), () => 1),
  ];
  const topic = trial.topic("ask");
  await noHandler(bus, topic);
  await ready(...others);
  const took = await measureUntil(
    (took) => took < MAX_TIME,
    () => noHandler(bus, topic),
  );
  assert(took < MAX_TIME, `NO_HANDLER took ${took} ms`);
  for (let i = 0; i < 3; i++) await noHandler(bus, topic);
}

/** Returns the time until a request is rejected, in milliseconds. */
async function noHandler(bus: MessageBus, topic: string): Promise<number> {
  const start = performance.now();
  await failsWith(bus.request(topic, 1, { timeout: 60_000 }), "NO_HANDLER");
  return performance.now() - start;
}

async function describesFailures(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  const handling = trial.peer.handle(topic, ({ message }) => {
    const { index, later } = message as { index: number; later: boolean };
    const [thrown] = THROWN[index]!;
    if (later) return Promise.reject(thrown);
    throw thrown;
  });
  await ready(handling);
  for (const [index, [, code, message]] of THROWN.entries()) {
    for (const later of [false, true]) {
      const answer = trial.bus.request(topic, { index, later });
      const error = await failsWith(answer, "HANDLER_FAILED", message);
      checkCause(error.cause, code, message);
    }
  }
}

async function deliversOwnErrors(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  const allDetails: unknown[] = [
    undefined,
    null,
    "text",
    {
      left: 0,
      sizes: [1, 2.5],
      bytes: new Uint8Array([1]),
      at: { deep: null },
    },
    "x".repeat(65_000),
  ];
  const handling = trial.peer.handle(topic, ({ message }) => {
    const details = allDetails[message as number];
    throw new CaryatidError("OUT_OF_STOCK", "Cannot sell tea", { details });
  });
  await ready(handling);
  for (const [index, details] of allDetails.entries()) {
    const error = await failsWith(
      trial.bus.request(topic, index),
      "OUT_OF_STOCK",
      "Cannot sell tea",
    );
    assert.deepEqual(error.details, details);
    assert.equal(error.cause, undefined);
  }
}

async function refusesOwnErrors(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  let deep: unknown = 1;
  for (let n = 0; n < 100; n++) deep = [deep];
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  const errors = [
    new CaryatidError("out of stock", "no tea"),
    new CaryatidError("", "no tea"),
    ...[() => 1, "x".repeat(70_000), deep, cyclic, new Map(), "\ud800"].map(
      (details) => new CaryatidError("OUT_OF_STOCK", "no tea", { details }),
    ),
  ];
  const handling = trial.peer.handle(topic, ({ message }) => {
    if (message === "ok") return message;
    throw errors[message as number];
  });
  await ready(handling);
  for (const index of errors.keys()) {
    const answer = trial.bus.request(topic, index);
    const { cause } = await failsWith(answer, "HANDLER_FAILED", "no tea");
    assert.equal((cause as { code: string }).code, "INVALID_ERROR");
  }
  assert.equal(await trial.bus.request(topic, "ok"), "ok");
}

/** Asserts that the cause is a plain object with only code and message. */
function checkCause(cause: unknown, code: string, message: string): void {
  const got = cause as { code: string; message: string };
  assert.deepEqual(got, { code, message: got.message });
  assert(got.message.startsWith(message), `Expected ${message}, got ${got}`);
}

async function survivesThrowingGetters(trial: Trial): Promise<void> {
  const topic = trial.topic("ask");
  const throwing = () => {
    throw new Error("thrown by a getter");
  };
  const getter = { get: throwing };
  const hostile = [
    Object.defineProperties(new Error(), { message: getter, code: getter }),
    Object.defineProperties({}, { name: getter, toString: getter }),
    new Proxy({}, { get: throwing, has: throwing, getPrototypeOf: throwing }),
    Object.create(null),
  ];
  const handling = trial.peer.handle(topic, ({ message }) => {
    if (message === "ok") return message;
    throw hostile[message as number];
  });
  await ready(handling);
  for (const index of hostile.keys()) {
    const answer = trial.bus.request(topic, index);
    const { cause } = await failsWith(answer, "HANDLER_FAILED");
    const { code, message } = cause as Record<string, unknown>;
    assert.deepEqual(cause, { code, message });
    assert.deepEqual([typeof code, typeof message], ["string", "string"]);
  }
  assert.equal(await trial.bus.request(topic, "ok"), "ok");
}

async function refusesAnswer(trial: Trial, answer: unknown): Promise<void> {
  const topic = trial.topic("ask");
  const handling = trial.peer.handle(topic, ({ message }) => {
    return message === "ok" ? message : answer;
  });
  await ready(handling);
  const error = await failsWith(trial.bus.request(topic, 1), "HANDLER_FAILED");
  assert.equal((error.cause as { code: string }).code, "NOT_ENCODABLE");
  assert.equal(await trial.bus.request(topic, "ok"), "ok");
}
