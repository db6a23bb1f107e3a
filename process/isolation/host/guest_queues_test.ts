import { InMemoryBus } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { measureUntil } from "../../../sdk/testing/conformance/measure_until.ts";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import { ScriptedGuest } from "../testing/scripted_guest.ts";
import { BUDGETS } from "../wire/budgets.ts";
import { type Frame, FROM_GUEST, FROM_HOST } from "../wire/frames.ts";
import { Leftovers } from "../wire/server/leftovers.ts";
import { Guest } from "./guest.ts";

const MIB = 1024 * 1024;
/** Messages of 1 MiB, more than the budget has room for. */
const MESSAGES = 200;
const { gc } = globalThis as { gc?: () => void };
const SKIPPED = gc ? "" : " (skipped: needs --v8-flags=--expose-gc)";

/**
 * Returns the bytes of all byte arrays. They are released some turns after a
 * collection.
 */
async function external(): Promise<number> {
  for (let turns = 0; turns < 4; turns++) {
    gc?.();
    await yieldToEventLoop();
  }
  return Deno.memoryUsage().external;
}

/** A guest without code on its own bus, and the growth of its host. */
async function started(frames: readonly Frame[]) {
  const bus = new InMemoryBus();
  const scripted = new ScriptedGuest();
  const guest = await Guest.start(scripted.options);
  await guest.load();
  await guest.check({});
  const leftovers = new Leftovers();
  const failures: unknown[] = [];
  await guest.init({
    bus,
    leftovers,
    processConfig: {},
    onFailed: (error) => failures.push(error),
  });
  // Messages are kept by the host alone, not by the test.
  scripted.received.push = () => 0;
  await scripted.say(...frames);
  const before = await external();
  return {
    bus,
    guest,
    scripted,
    leftovers,
    failures,
    grown: async () => (await external() - before) / MIB,
    async [Symbol.asyncDispose]() {
      assert.deepEqual(failures, []);
      await guest.kill();
      await bus.close();
    },
  };
}

const MOST = BUDGETS.unread / MIB + 8;
const subscribe = (id: number, options: Record<string, unknown>): Frame => [
  FROM_GUEST.subscribe,
  id,
  `big.${id}`,
  { queueSize: 5_000, ...options },
];

/** Guests that do not read, and the number of topics of the messages. */
const floods: Record<string, readonly [topics: number, ...Frame[]]> = {
  "with a long queue that drops the newest message": [
    1,
    subscribe(0, { overflow: "drop-newest" }),
  ],
  "with a long queue that drops the oldest message": [
    1,
    subscribe(0, { overflow: "drop-oldest" }),
  ],
  "with a long queue that asked to wait": [1, subscribe(0, {})],
  "that demands all messages in advance and begins none": [
    1,
    subscribe(0, {}),
    [FROM_GUEST.demand, 0, 10_000, 0, 0],
  ],
  "with 150 subscriptions that demand one message each": [
    150,
    ...Array.from({ length: 150 }, (_, id): Frame[] => [
      subscribe(id, { overflow: "drop-newest" }),
      [FROM_GUEST.demand, id, 1, 0, 0],
    ]).flat(),
  ],
  "with 20 subscriptions that drop the oldest message": [
    20,
    ...Array.from(
      { length: 20 },
      (_, id) => subscribe(id, { overflow: "drop-oldest" }),
    ),
  ],
};

for (const [what, [topics, ...frames]] of Object.entries(floods)) {
  Deno.test({
    name:
      `D14 the host keeps at most 64 MiB for a guest ${what}, and its neighbor receives all${SKIPPED}`,
    ignore: gc === undefined,
    async fn() {
      await using flooded = await started(frames);
      const { bus, leftovers } = flooded;
      let received = 0;
      const neighbor = bus.subscribe("big.*");
      const reading = (async () => {
        for await (const _ of neighbor) received++;
      })();
      for (let i = 0; i < MESSAGES; i++) {
        await bus.publish(`big.${i % topics}`, new Uint8Array(MIB));
        if (i % 10 === 0) await yieldToEventLoop();
      }
      await yieldToEventLoop();
      const grown = await measureUntil(
        (grown) => grown <= MOST,
        () => flooded.grown(),
      );
      assert(grown <= MOST, `the host grew by ${grown} MiB`);
      assert(leftovers.unread.full);
      assert.equal(received, MESSAGES);
      await neighbor.close();
      await reading;
    },
  });
}

Deno.test("D14 messages of a group wait at their publishers while its guest has 64 MiB unread, and none is lost", async () => {
  await using flooded = await started([
    subscribe(0, { group: "workers" }),
    subscribe(1, { overflow: "drop-newest" }),
  ]);
  const { bus, scripted, leftovers } = flooded;
  for (let i = 0; i < MESSAGES; i++) {
    await bus.publish("big.1", new Uint8Array(MIB));
  }
  assert(leftovers.unread.full);
  const published = Promise.all(
    [0, 1, 2].map((number) => bus.publish("big.0", number)),
  );
  const member = bus.subscribe("big.0", { group: "workers", queueSize: 1 });
  const received: unknown[] = [];
  for await (const { message } of member) {
    received.push(message);
    if (received.length === 3) break;
  }
  await published;
  assert.deepEqual(received, [0, 1, 2]);
  await scripted.say([FROM_GUEST.unsubscribe, 1]);
  await yieldToEventLoop();
  assert(leftovers.unread.bytes < MIB, `${leftovers.unread.bytes} bytes`);
});

Deno.test("a guest that begins its messages receives all of them, however many bytes they have", async () => {
  await using flooded = await started([subscribe(0, {})]);
  const { bus, scripted, leftovers } = flooded;
  let received = 0;
  scripted.received.push = (...items) => {
    for (const [kind] of items) {
      if (kind !== FROM_HOST.deliver) continue;
      received++;
      queueMicrotask(() => scripted.say([FROM_GUEST.demand, 0, 1, 0, 1]));
    }
    return 0;
  };
  await scripted.say([FROM_GUEST.demand, 0, 64, 0, 0]);
  for (let i = 0; i < MESSAGES; i++) {
    await bus.publish("big.0", new Uint8Array(MIB));
    await yieldToEventLoop();
  }
  assert.equal(received, MESSAGES);
  assert.equal(leftovers.unread.bytes, 0);
});

Deno.test("D14 a member of a group with 64 MiB in flight receives no more, and another member receives all when it leaves", async () => {
  await using flooded = await started([subscribe(0, { group: "workers" })]);
  const { bus, scripted, leftovers } = flooded;
  let received = 0;
  scripted.received.push = (...items) => {
    received += items.filter(([kind]) => kind === FROM_HOST.deliver).length;
    return 0;
  };
  let accepted = 0;
  for (let slot = 0; slot < 70; slot++) {
    await scripted.say([FROM_GUEST.next, 0, slot]);
    bus.publish("big.0", new Uint8Array(MIB)).then(() => accepted++);
    await yieldToEventLoop();
  }
  const inFlight = received;
  assert(leftovers.unread.full);
  assert(inFlight <= BUDGETS.unread / MIB, `${inFlight} messages`);
  assert.equal(accepted, inFlight);
  const member = bus.subscribe("big.0", { group: "workers" });
  await scripted.say([FROM_GUEST.leave, 0, 0, null]);
  let rest = 0;
  for await (const _ of member) if (++rest === 70) break;
  await yieldToEventLoop();
  assert.equal(accepted, 70);
  assert.equal(leftovers.unread.bytes, 0);
});

Deno.test("deliveries for a successor are dropped, logged and no longer charged once it is ready and has not subscribed in the same way", async () => {
  await using replaced = await started([
    subscribe(0, {}),
    subscribe(1, {}),
    [FROM_GUEST.demand, 0, 10, 0, 0],
    [FROM_GUEST.demand, 1, 10, 0, 0],
  ]);
  const { bus, leftovers } = replaced;
  for (const topic of ["big.0", "big.0", "big.1"]) {
    await bus.publish(topic, new Uint8Array(MIB));
  }
  await yieldToEventLoop();
  await replaced.guest.kill();
  assert.equal(replaced.failures.splice(0).length, 1);
  assert(leftovers.unread.bytes > 3 * MIB);
  const warned: unknown[] = [];
  const warn = (_: string, properties: unknown) => void warned.push(properties);
  const successor = new ScriptedGuest();
  const guest = await Guest.start({
    ...successor.options,
    log: { ...successor.options.log, warn },
  });
  await guest.load();
  await guest.check({});
  successor.silentAt.add(FROM_HOST.init);
  const starting = guest.init({
    bus,
    leftovers,
    processConfig: {},
    onFailed() {},
  });
  successor.say(subscribe(0, {}), [FROM_GUEST.ready, null]);
  await starting;
  assert.deepEqual(warned, [{ count: 1, pattern: "big.1" }]);
  assert(leftovers.unread.bytes > 2 * MIB);
  assert(leftovers.unread.bytes < 3 * MIB);
  await guest.kill();
});
