import assert from "node:assert/strict";
import { CaryatidError, type MessageBus } from "../../mod.ts";
import { failsWith } from "./fails_with.ts";
import { copiesMessages, type Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";

/** What is thrown, and the code and message that the requester sees. */
const THROWN: readonly (readonly [unknown, string, string])[] = [
  [new Error("no luck"), "Error", "no luck"],
  [new TypeError("not so"), "TypeError", "not so"],
  [new CaryatidError("FORBIDDEN", "Cannot do that"), "FORBIDDEN", "Cannot do"],
  [Object.assign(new Error("gone"), { code: "ENOENT" }), "ENOENT", "gone"],
  [Object.assign(new RangeError("far"), { code: 7 }), "RangeError", "far"],
  [null, "Error", "null"],
  [undefined, "Error", "undefined"],
  ["only text", "Error", "only text"],
];

/** B3 and B6: nobody answers, or with an error. */
export const requestFailures: readonly Property[] = [
  {
    id: "B3",
    says: 'NO_HANDLER comes in 100 ms, also where "#" hears requests',
    check: noHandlerAtOnce,
  },
  {
    id: "B6",
    says: "HANDLER_FAILED has the remote code and message, and no stack",
    check: describesFailures,
  },
  {
    id: "B6",
    says: "HANDLER_FAILED survives an error with throwing getters",
    check: survivesThrowingGetters,
  },
  {
    id: "B6",
    says: "an undefined answer is HANDLER_FAILED with NOT_ENCODABLE",
    check: (trial) => refusesAnswer(trial, undefined),
  },
  {
    id: "B6",
    says: "an answer without wire form is HANDLER_FAILED with NOT_ENCODABLE",
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
  for (let i = 0; i < 5; i++) {
    await noHandler(bus, trial.topic("ask"));
    if (i === 0) await ready(...others);
  }
}

async function noHandler(bus: MessageBus, topic: string): Promise<void> {
  const start = performance.now();
  await failsWith(bus.request(topic, 1, { timeout: 30_000 }), "NO_HANDLER");
  const took = performance.now() - start;
  assert(took < 200, `NO_HANDLER took ${took} ms`); // 100 for the machine
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

/** A plain object of code and message, no more. */
function checkCause(cause: unknown, code: string, message: string): void {
  const got = cause as { code: string; message: string };
  assert.deepEqual(got, { code, message: got.message });
  assert(got.message.startsWith(message), `Wanted ${message}, got ${got}`);
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
