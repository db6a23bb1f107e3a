import type { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { InMemoryBus } from "../../buses/in_memory.ts";
import { type Frame, FROM_GUEST, FROM_HOST } from "../frames.ts";
import { guestModule } from "../guest_module.ts";
import { PretendedGuest } from "../testing/pretended_guest.ts";
import { Guest } from "./guest.ts";
import type { GuestOptions } from "./guest_options.ts";
import { Leftovers } from "./leftovers.ts";

/** One that is up, with a bus of its own; `failed` resolves with why it failed. */
async function started(
  pretended: PretendedGuest,
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

Deno.test("a guest that ends before it says hello is gone by the time that its start rejects", async () => {
  const killing = Promise.withResolvers<void>();
  const pretended = new PretendedGuest("module", { killing: killing.promise });
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

Deno.test("a guest that says too early that it has cleaned up is waited for all the same", async () => {
  const pretended = new PretendedGuest();
  await using held = await started(pretended);
  pretended.say([FROM_GUEST.ended]);
  let isOver = false;
  const finishing = held.guest.finish().then(() => isOver = true);
  for (let turns = 0; turns < 20; turns++) await null;
  assert.equal(isOver, false);
  pretended.say([FROM_GUEST.ended]);
  await finishing;
});

Deno.test("a guest that rests gets nothing done, and is given another init", async () => {
  const pretended = new PretendedGuest();
  await using held = await started(pretended);
  const { bus, guest } = held;
  const heard = bus.subscribe("a");
  const resting = guest.rest();
  await null;
  pretended.say([FROM_GUEST.ended]);
  await resting;
  assert.equal(pretended.killed, false);
  pretended.say([FROM_GUEST.publish, 0, "a", null, "while it rests"]);
  await guest.init({ bus, leftovers: new Leftovers(), onFailed() {} });
  pretended.say([FROM_GUEST.publish, 1, "a", null, "after that"]);
  for await (const { message } of heard) {
    assert.equal(message, "after that");
    break;
  }
  const refused = pretended.heard.find(([kind]) => kind === FROM_HOST.refused);
  assert.equal((refused?.[2] as unknown[])[0], "BUS_CLOSED");
});

Deno.test("a guest that ends while it rests is over, and its start with it", async () => {
  const pretended = new PretendedGuest();
  await using held = await started(pretended);
  const { bus, guest } = held;
  const resting = guest.rest();
  await null;
  pretended.say([FROM_GUEST.ended]);
  await resting;
  pretended.end("it exited 1");
  await null;
  await null;
  assert.equal(guest.over, true);
  await assert.rejects(
    guest.init({ bus, leftovers: new Leftovers(), onFailed() {} }),
    { code: "GUEST_ENDED" },
  );
});

/** Frames of no guest that keeps the protocol. */
const hostile: Record<string, readonly Frame[]> = {
  "a delivery": [[FROM_HOST.deliver, 0, 0, "a", "id", null, 0, false, 1]],
  "fewer items than a publish has": [[FROM_GUEST.publish, 0, "a"]],
  "a topic that is a table": [[FROM_GUEST.publish, 0, { a: 1 }, null, 1]],
  "headers that are no texts": [
    [FROM_GUEST.publish, 0, "a", { headers: { a: 1 } }, 1],
  ],
  "a negative number": [[FROM_GUEST.demand, -1, 1, 0, 0]],
  "a number that is none": [[FROM_GUEST.subscribe, NaN, "a", {}]],
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
  "an id that wasn't given": [[FROM_GUEST.unhandle, 3]],
  "options that are a list": [[FROM_GUEST.subscribe, 0, "a", []]],
  "an answer that nobody asked for": [[FROM_GUEST.answer, 0, "mine"]],
  "a second hello": [[FROM_GUEST.hello, 1]],
  "a record without text": [[FROM_GUEST.log, "info", 7, {}]],
  "a record of a level that isn't one": [
    [FROM_GUEST.log, "constructor", "x", {}],
  ],
  "a record longer than any": [
    [FROM_GUEST.log, "info", "x", { long: "x".repeat(2 ** 17) }],
  ],
  "a failure without an error": [[FROM_GUEST.failed, "it broke"]],
};

for (const [what, frames] of Object.entries(hostile)) {
  Deno.test(`D14 a guest that sends ${what}: PROTOCOL_VIOLATION`, async () => {
    const pretended = new PretendedGuest();
    await using held = await started(pretended);
    pretended.say(...frames);
    assert.equal((await held.failed).code, "PROTOCOL_VIOLATION");
    assert.equal(pretended.killed, true);
  });
}

Deno.test("F2 keys of prototypes that a guest sends are keys like any other", async () => {
  const pretended = new PretendedGuest();
  await using held = await started(pretended);
  const heard = held.bus.subscribe("a");
  const [message, options] = ['{"__proto__":{"polluted":1}}', "{}"];
  pretended.say([
    FROM_GUEST.publish,
    0,
    "a",
    JSON.parse(options),
    JSON.parse(message),
  ]);
  for await (const delivery of heard) {
    assert.equal(JSON.stringify(delivery.message), message);
    break;
  }
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

Deno.test("what a guest says that it failed by is cut, whatever it sends: it ends in a log", async () => {
  const pretended = new PretendedGuest();
  await using held = await started(pretended);
  const long = "x".repeat(100_000);
  const cause = { code: long, message: long, more: { inside: long } };
  pretended.say([FROM_GUEST.failed, ["ODD", long, long, cause]]);
  const error = await held.failed;
  assert.equal(error.message.length, 4096);
  assert.equal(error.hint?.length, 4096);
  assert.deepEqual(Object.keys(error.cause as object), ["code", "message"]);
  assert(JSON.stringify(error.cause).length < 9_000);
});

Deno.test("D18 what a guest fails by has no codes that a terminal obeys, however it ends", async () => {
  const codes = "\x1b]0;title\x07\x9b2J\u202e";
  const tame = "]0;title2J";
  const ends: [say: (guest: PretendedGuest) => void, wanted: string][] = [
    [
      (guest) => guest.say([FROM_GUEST.failed, ["X", codes, codes, null]]),
      tame,
    ],
    [
      (guest) => guest.end(`it exited 1: ${codes}`),
      'Cannot go on with the worker of module "strange": ' +
      `it exited 1: ${tame}`,
    ],
  ];
  for (const [end, wanted] of ends) {
    const pretended = new PretendedGuest();
    await using held = await started(pretended);
    end(pretended);
    const { message, hint = tame } = await held.failed;
    assert.deepEqual([message, hint], [wanted, tame]);
  }
});

Deno.test("D14 a guest that is sent what it asks for and doesn't read is ended before its host has no memory", async () => {
  const pretended = new PretendedGuest("module", { isolation: "process" });
  await using held = await started(pretended);
  const { memory } = pretended.options.limits;
  pretended.say([FROM_GUEST.subscribe, 0, "a", {}]);
  pretended.backlog = memory; // a slow one has that
  pretended.say([FROM_GUEST.demand, 0, 2 ** 40, 0, 0]);
  assert.equal(pretended.killed, false);
  pretended.backlog = memory + 1;
  pretended.say([FROM_GUEST.pong, 0]);
  const { code, message } = await held.failed;
  assert.equal(code, "GUEST_ENDED");
  assert.match(message, /doesn't read/);
  assert.equal(pretended.killed, true);
});
