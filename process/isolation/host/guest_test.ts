import type { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { measureUntil } from "../../../sdk/testing/conformance/measure_until.ts";
import { type Frame, FROM_GUEST, FROM_HOST } from "../wire/frames.ts";
import { guestModule } from "./guest_module.ts";
import { ScriptedGuest } from "../testing/scripted_guest.ts";
import { Guest } from "./guest.ts";
import type { GuestOptions } from "./guest_options.ts";
import { Leftovers } from "../wire/server/leftovers.ts";

/**
 * Guest that runs, with a separate bus; `failed` resolves with its failure.
 */
async function started(
  pretended: ScriptedGuest,
  more: Partial<GuestOptions> = {},
) {
  const bus = new InMemoryBus();
  const guest = await Guest.start({ ...pretended.options, ...more });
  await guest.load();
  await guest.check({});
  const failed = Promise.withResolvers<CaryatidError>();
  await guest.init({
    bus,
    leftovers: new Leftovers(),
    processConfig: {},
    onFailed: (error) => failed.resolve(error as CaryatidError),
  });
  return {
    bus,
    guest,
    failed: failed.promise,
    async [Symbol.asyncDispose]() {
      await guest.kill();
      await bus.close();
    },
  };
}

Deno.test("a guest that ends before its first frame has exited when its start rejects", async () => {
  const killing = Promise.withResolvers<void>();
  const pretended = new ScriptedGuest("module", { killing: killing.promise });
  pretended.silentAt.add(FROM_GUEST.hello);
  const starting = guestModule(pretended.options);
  let settled = false;
  const watched = starting.then(() => {}, () => {}).then(() => settled = true);
  pretended.end("it exited 1");
  for (let turns = 0; turns < 20; turns++) await null;
  assert.equal(pretended.killed, true);
  assert.equal(settled, false, "its process is still there");
  killing.resolve();
  await watched;
  await assert.rejects(starting, { code: "GUEST_ENDED" });
});

Deno.test("the host waits for the end of a guest that reports its clean-up too early", async () => {
  const pretended = new ScriptedGuest();
  await using held = await started(pretended);
  pretended.say([FROM_GUEST.ended]);
  let isOver = false;
  const finishing = held.guest.finish().then(() => isOver = true);
  for (let turns = 0; turns < 20; turns++) await null;
  assert.equal(isOver, false);
  pretended.say([FROM_GUEST.ended]);
  await finishing;
});

Deno.test("calls of a suspended guest are refused, and another init resumes it", async () => {
  const pretended = new ScriptedGuest();
  await using held = await started(pretended);
  const { bus, guest } = held;
  const received = bus.subscribe("a");
  const suspended = guest.suspend();
  await null;
  pretended.say([FROM_GUEST.ended]);
  await suspended;
  assert.equal(pretended.killed, false);
  pretended.say([FROM_GUEST.publish, 0, "a", null, "while suspended"]);
  await guest.init({
    bus,
    leftovers: new Leftovers(),
    processConfig: {},
    onFailed() {},
  });
  pretended.say([FROM_GUEST.publish, 1, "a", null, "after that"]);
  for await (const { message } of received) {
    assert.equal(message, "after that");
    break;
  }
  const refused = pretended.received.find(([kind]) =>
    kind === FROM_HOST.refused
  );
  assert.equal((refused?.[2] as unknown[])[0], "BUS_CLOSED");
});

Deno.test("the init of a guest that ended while suspended rejects", async () => {
  const pretended = new ScriptedGuest();
  await using held = await started(pretended);
  const { bus, guest } = held;
  const suspended = guest.suspend();
  await null;
  pretended.say([FROM_GUEST.ended]);
  await suspended;
  pretended.end("it exited 1");
  await null;
  await null;
  assert.equal(guest.over, true);
  await assert.rejects(
    guest.init({
      bus,
      leftovers: new Leftovers(),
      processConfig: {},
      onFailed() {},
    }),
    { code: "GUEST_ENDED" },
  );
});

/** Frames of no guest that keeps the protocol. */
const hostile: Record<string, readonly Frame[]> = {
  "a delivery": [[FROM_HOST.deliver, 0, 0, "a", "id", null, 0, false, 1]],
  "fewer items than a publish has": [[FROM_GUEST.publish, 0, "a"]],
  "a topic that is a table": [[FROM_GUEST.publish, 0, { a: 1 }, null, 1]],
  "headers that are not texts": [
    [FROM_GUEST.publish, 0, "a", { headers: { a: 1 } }, 1],
  ],
  "a demand without end": [
    [FROM_GUEST.subscribe, 0, "a", {}],
    [FROM_GUEST.demand, 0, 2 ** 40, 0, 0],
  ],
  "more begun deliveries than it was sent": [
    [FROM_GUEST.subscribe, 0, "a", {}],
    [FROM_GUEST.demand, 0, 1, 0, 1],
  ],
  "begun deliveries without end": [
    [FROM_GUEST.subscribe, 0, "a", {}],
    [FROM_GUEST.demand, 0, 0, 0, 2 ** 53],
  ],
  "a slot that it skipped to": [
    [FROM_GUEST.subscribe, 0, "a", {}],
    [FROM_GUEST.next, 0, 7],
  ],
  "a slot that waits already": [
    [FROM_GUEST.subscribe, 0, "a", {}],
    [FROM_GUEST.next, 0, 0],
    [FROM_GUEST.next, 0, 0],
  ],
  "the number of an earlier publish": [
    [FROM_GUEST.publish, 5, "a", null, 1],
    [FROM_GUEST.publish, 5, "a", null, 1],
  ],
  "a cancel of nothing": [[FROM_GUEST.cancel, 5]],
  "an option that does not exist": [
    [FROM_GUEST.subscribe, 0, "a", { accept: "all" }],
  ],
  "a topic longer than any": [
    [FROM_GUEST.publish, 0, "x".repeat(256), null, 1],
  ],
  "an answer without a request": [[FROM_GUEST.ready, null]],
  "more items than a cancel has": [[FROM_GUEST.cancel, 0, 0]],
  "an error with an item too many": [
    [FROM_GUEST.failed, ["A", "b", null, null, null, null]],
  ],
  "a million empty maps": [
    [FROM_GUEST.publish, 0, "a", null, new Array(1_000_000).fill({})],
  ],
  "200,000 empty byte strings": [
    [
      FROM_GUEST.publish,
      0,
      "a",
      null,
      Array.from(
        { length: 200_000 },
        () => new Uint8Array(),
      ),
    ],
  ],
  "a negative number": [[FROM_GUEST.demand, -1, 1, 0, 0]],
  "NaN in place of a number": [[FROM_GUEST.subscribe, NaN, "a", {}]],
  "a slot beyond all": [
    [FROM_GUEST.subscribe, 0, "a", {}],
    [FROM_GUEST.next, 0, 2 ** 32],
  ],
  "an id that was given": [
    [FROM_GUEST.subscribe, 7, "a", {}],
    [FROM_GUEST.handle, 7, "a", { concurrency: 1 }],
  ],
  "an id below one that was given": [
    [FROM_GUEST.subscribe, 7, "a", {}],
    [FROM_GUEST.subscribe, 6, "b", {}],
  ],
  "an unknown id": [[FROM_GUEST.unhandle, 3]],
  "options that are a list": [[FROM_GUEST.subscribe, 0, "a", []]],
  "an answer to the unknown request 0": [[FROM_GUEST.answer, 0, "mine"]],
  "a second hello": [[FROM_GUEST.hello, 1]],
  "a record without text": [[FROM_GUEST.log, "info", 7, {}]],
  "a record of an unknown level": [
    [FROM_GUEST.log, "constructor", "x", {}],
  ],
  "a record longer than any": [
    [FROM_GUEST.log, "info", "x", { long: "x".repeat(2 ** 17) }],
  ],
  "a failure without an error": [[FROM_GUEST.failed, "it broke"]],
};

for (const [what, frames] of Object.entries(hostile)) {
  Deno.test(`D14 a guest that sends ${what}: PROTOCOL_VIOLATION`, async () => {
    const pretended = new ScriptedGuest();
    await using held = await started(pretended);
    pretended.say(...frames);
    assert.equal((await held.failed).code, "PROTOCOL_VIOLATION");
    assert.equal(pretended.killed, true);
  });
}

Deno.test("F2 keys of prototypes that a guest sends are keys like any other", async () => {
  const pretended = new ScriptedGuest();
  await using held = await started(pretended);
  const received = held.bus.subscribe("a");
  const [message, options] = ['{"__proto__":{"polluted":1}}', "{}"];
  pretended.say([
    FROM_GUEST.publish,
    0,
    "a",
    JSON.parse(options),
    JSON.parse(message),
  ]);
  for await (const delivery of received) {
    assert.equal(JSON.stringify(delivery.message), message);
    break;
  }
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

Deno.test("the error text of a guest is cut before it is logged, whatever it sends", async () => {
  const pretended = new ScriptedGuest();
  await using held = await started(pretended);
  const long = "x".repeat(50_000);
  const cause = { code: long, message: long, more: { inside: long } };
  pretended.say([FROM_GUEST.failed, ["ODD", long, long, cause]]);
  const error = await held.failed;
  assert.equal(error.message.length, 4096);
  assert.equal(error.hint?.length, 4096);
  assert.deepEqual(Object.keys(error.cause as object), ["code", "message"]);
  assert(JSON.stringify(error.cause).length < 9_000);
});

Deno.test("D18 the error text of a guest has no control codes of a terminal, however it ends", async () => {
  const codes = "\x1b]0;title\x07\x9b2J\u202e";
  const tame = "\\u{1b}]0;title\\u{7}\\u{9b}2J\\u{202e}";
  const ends: [say: (guest: ScriptedGuest) => void, wanted: string][] = [
    [
      (guest) => guest.say([FROM_GUEST.failed, ["X", codes, codes, null]]),
      tame,
    ],
    [
      (guest) => guest.end(`it exited 1: ${codes}`),
      'Cannot continue with the worker of module "strange": ' +
      `it exited 1: ${tame}`,
    ],
  ];
  for (const [end, wanted] of ends) {
    const pretended = new ScriptedGuest();
    await using held = await started(pretended);
    end(pretended);
    const { message, hint = tame } = await held.failed;
    assert.deepEqual([message, hint], [wanted, tame]);
  }
});

Deno.test("a guest that does not read is sent no further deliveries, answers or credit", async () => {
  const pretended = new ScriptedGuest("module", { isolation: "process" });
  await using held = await started(pretended);
  held.bus.handle("ask", () => "answer");
  pretended.say([FROM_GUEST.subscribe, 0, "a", {}]);
  pretended.stall();
  pretended.say([FROM_GUEST.demand, 0, 10, 0, 0]);
  pretended.say([FROM_GUEST.request, 0, "ask", null, 1]);
  await held.bus.publish("a", 1);
  for (let turns = 0; turns < 50; turns++) await null;
  const sent = () => pretended.received.map(([kind]) => kind);
  const heldBack = [FROM_HOST.deliver, FROM_HOST.answered, FROM_HOST.credit];
  const early = sent().filter((kind) => kind === FROM_HOST.credit).length;
  assert(!sent().includes(FROM_HOST.deliver));
  assert(!sent().includes(FROM_HOST.answered));
  pretended.resume();
  for (let turns = 0; turns < 50; turns++) await null;
  for (const kind of heldBack) assert(sent().includes(kind), `${kind}`);
  assert(sent().filter((kind) => kind === FROM_HOST.credit).length > early);
});

const BUDGETED: Record<string, (number: number) => Frame> = {
  "1024 subscriptions": (id) => [FROM_GUEST.subscribe, id, "a", {}],
  "1024 handlers": (id) => [
    FROM_GUEST.handle,
    id,
    `a.${id}`,
    { concurrency: 1, retry: { attempts: 1 } },
  ],
  "2048 requests": (number) => [FROM_GUEST.request, number, "slow", null, 1],
  "1048576 messages in queues": (id) => [
    FROM_GUEST.subscribe,
    id,
    "a",
    { queueSize: 1_000_000 },
  ],
};

for (const [budget, frame] of Object.entries(BUDGETED)) {
  Deno.test(`a guest that exceeds ${budget} is ended, and the error names that budget`, async () => {
    const pretended = new ScriptedGuest();
    await using held = await started(pretended);
    held.bus.handle("slow", () => new Promise(() => {}), {
      concurrency: 65_536,
    });
    for (let number = 0; number < 20_000 && !held.guest.over; number++) {
      await pretended.say(frame(number));
    }
    const { code, message } = await held.failed;
    assert.equal(code, "GUEST_ENDED");
    assert.match(message, new RegExp(`budget of ${budget}`));
  });
}

Deno.test("a guest that opens and closes 4,096 subscriptions and handlings in one second is ended, and the error names that budget", async () => {
  const pretended = new ScriptedGuest();
  await using held = await started(pretended);
  const { now } = performance;
  performance.now = () => 0; // all of it in one second
  try {
    for (let id = 0; id <= 4096; id += 2) {
      await pretended.say(
        [FROM_GUEST.subscribe, id, "a", {}],
        [FROM_GUEST.unsubscribe, id],
        BUDGETED["1024 handlers"]!(id + 1),
        [FROM_GUEST.unhandle, id + 1],
      );
    }
  } finally {
    performance.now = now;
  }
  const { code, message } = await held.failed;
  assert.equal(code, "GUEST_ENDED");
  assert.match(message, /budget of 4096 subscriptions and handlings opened in/);
});

Deno.test("frames of a flooding guest leave turns of the event loop to timers", async () => {
  const pretended = new ScriptedGuest();
  await using held = await started(pretended);
  const frames = Array.from(
    { length: 100_000 },
    (): Frame => [FROM_GUEST.pong, 0, 0],
  );
  const waited = await measureUntil((waited) => waited < 2_000, async () => {
    const began = performance.now();
    const timer = new Promise((resolve) => setTimeout(resolve, 10));
    const handled = pretended.say(...frames);
    assert(handled, "100,000 frames take more than one turn");
    await timer;
    const waited = performance.now() - began;
    await handled;
    return waited;
  });
  assert(waited < 2_000, `the timer waited ${waited} ms`);
  assert.equal(held.guest.over, false);
});

for (const mayBlock of [false, true]) {
  Deno.test(`a guest that reads nothing ${mayBlock ? "makes a publisher wait with may-block" : "never makes a publisher wait, and its messages are counted as dropped"}`, async () => {
    const pretended = new ScriptedGuest();
    await using held = await started(pretended, { mayBlock });
    const { bus } = held;
    pretended.say([FROM_GUEST.subscribe, 0, "a", { queueSize: 2 }]);
    const published = [1, 2, 3, 4].map((message) =>
      bus.publish("a", message, { timeout: 200 })
    );
    const outcomes = await Promise.allSettled(published);
    const waited = outcomes.filter(({ status }) => status === "rejected");
    assert.equal(waited.length, mayBlock ? 2 : 0);
    pretended.say([FROM_GUEST.busy, 0]); // states are reported with a batch
    for (let turns = 0; turns < 50; turns++) await null;
    const state = pretended.received.findLast(([kind]) =>
      kind === FROM_HOST.state
    );
    assert.equal(state?.[3], mayBlock ? 0 : 2, "dropped");
  });
}

Deno.test("a member of a group that reads nothing keeps its messages, whatever may-block says", async () => {
  const pretended = new ScriptedGuest();
  await using held = await started(pretended);
  pretended.say([FROM_GUEST.subscribe, 0, "a", { queueSize: 1, group: "g" }]);
  await held.bus.publish("a", 1);
  await assert.rejects(held.bus.publish("a", 2, { timeout: 100 }));
});
