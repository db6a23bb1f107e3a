import assert from "node:assert/strict";
import type { Delivery, Subscription } from "../message_bus.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { type LogRecord, recordLog } from "../testing/record_log.ts";
import { twoTurns } from "../testing/two_turns.ts";
import { KeptSubscription } from "./kept_subscription.ts";

/** Reads in a loop that throws at the message `at`; gives what it read. */
async function readAndThrow(
  subscription: Subscription,
  at: unknown,
): Promise<unknown[]> {
  const read: unknown[] = [];
  try {
    for await (const { message } of subscription) {
      read.push(message);
      if (message === at) throw new Error("the module fails");
    }
  } catch {
    // It is this error that the module fails with.
  }
  return read;
}

async function take(
  subscription: Subscription,
  n: number,
): Promise<Delivery[]> {
  const loop = subscription[Symbol.asyncIterator]();
  const got: Delivery[] = [];
  while (got.length < n) {
    const { done, value } = await loop.next();
    assert(!done, `it ended after ${got.length}`);
    got.push(value);
  }
  return got;
}

function messages(deliveries: readonly Delivery[]): unknown[] {
  return deliveries.map(({ message }) => message);
}

async function publish(bus: MockBus, ...all: unknown[]): Promise<void> {
  for (const message of all) await bus.publish("a.b", message);
}

Deno.test("D3 after a failure the next message comes next, each once", async () => {
  await using bus = new MockBus();
  const kept = new KeptSubscription(bus, "a.*", {});
  await publish(bus, 1, 2, 3, 4, 5);
  assert.deepEqual(await readAndThrow(kept, 3), [1, 2, 3]);
  await kept.keep();
  await publish(bus, 6);
  await twoTurns();
  assert(!kept.closed);
  assert.deepEqual(messages(await take(kept.resume(), 3)), [4, 5, 6]);
  assert.equal(kept.inHand, 1, "3 was done when the loop was taken up again");
});

Deno.test("a bus that doesn't let it close when its loop was left is told of, and harms nobody", async () => {
  await using bus = new MockBus();
  const subscribe = bus.subscribe.bind(bus);
  bus.subscribe = (pattern, options) =>
    Object.defineProperty(subscribe(pattern, options), "close", {
      value: () => Promise.reject(new Error("stubborn")),
    });
  const logs: LogRecord[] = [];
  const kept = new KeptSubscription(bus, "a.*", {}, { log: recordLog(logs) });
  await publish(bus, 1);
  for await (const _ of kept) break;
  await twoTurns();
  await twoTurns();
  assert.deepEqual(logs, [{
    level: "warn",
    text: 'can\'t close "{pattern}": {reason}',
    properties: { pattern: "a.*", reason: "stubborn" },
  }]);
});

Deno.test("A14 D3 the restarted module closes it by leaving its loop, as any other", async () => {
  await using bus = new MockBus();
  const kept = new KeptSubscription(bus, "a.*", {});
  await publish(bus, 1, 2);
  await readAndThrow(kept, 1);
  kept.blame(new Error("the module fails"));
  await kept.keep();
  for await (const { message } of kept.resume()) {
    assert.equal(message, 2);
    break;
  }
  await twoTurns();
  assert(kept.closed);
});

Deno.test("D3 in a group what the failed module had in hand comes again", async () => {
  await using bus = new MockBus();
  const kept = new KeptSubscription(bus, "a.*", { group: "g" });
  await publish(bus, 1, 2, 3, 4, 5);
  assert.deepEqual(await readAndThrow(kept, 3), [1, 2, 3]);
  await kept.keep();
  const rest = await take(kept.resume(), 3);
  assert.deepEqual(messages(rest), [3, 4, 5]);
  assert.deepEqual(
    rest.map(({ redelivered }) => redelivered),
    [true, false, false],
  );
});

Deno.test("D3 in a group another member gets it, if there is one", async () => {
  await using bus = new MockBus();
  const kept = new KeptSubscription(bus, "a.*", { group: "g" });
  await publish(bus, 1);
  await readAndThrow(kept, 1);
  const other = bus.subscribe("a.*", { group: "g" });
  const taken = take(other, 1);
  await kept.keep();
  assert.deepEqual(messages(await taken), [1]);
});

Deno.test("A14 break closes it, when the module hasn't failed two turns later", async () => {
  await using bus = new MockBus();
  const kept = new KeptSubscription(bus, "a.*", {});
  await publish(bus, 1, 2);
  for await (const _ of kept) break;
  assert.deepEqual(await kept[Symbol.asyncIterator]().next(), {
    done: true,
    value: undefined,
  });
  await twoTurns();
  assert(kept.closed);
  assert.equal(kept.depth, 0);
});

Deno.test("a failure can't bring back what was closed", async () => {
  await using bus = new MockBus();
  const kept = new KeptSubscription(bus, "a.*", { group: "g" });
  await kept.close();
  await kept.keep();
  await publish(bus, 1);
  assert(kept.closed);
  assert.equal(kept.depth, 0);
  assert(!kept.serves("a.*", { group: "g" }));
});

Deno.test("it serves whoever would subscribe in the same way", async () => {
  await using bus = new MockBus();
  const options = { group: "g", queueSize: 2, overflow: "error" } as const;
  const kept = new KeptSubscription(bus, "a.*", options);
  assert(kept.serves("a.*", { ...options }));
  assert(!kept.serves("a.#", options));
  assert(!kept.serves("a.*", { ...options, group: "other" }));
  assert(!kept.serves("a.*", { ...options, queueSize: 3 }));
  assert(!kept.serves("a.*", { ...options, overflow: "wait" }));
  assert(!kept.serves("a.*", {}));
});

Deno.test("A16 two loops on it share it, none lost or doubled", async (t) => {
  for (const options of [{}, { group: "g" }]) {
    await t.step(options.group ? "in a group" : "alone", async () => {
      await using bus = new MockBus();
      const kept = new KeptSubscription(bus, "a.*", options);
      const loops = [1, 2].map(() => kept[Symbol.asyncIterator]());
      await publish(bus, 1, 2, 3, 4);
      const got: unknown[] = [];
      for (const loop of [...loops, ...loops]) {
        got.push((await loop.next()).value?.message);
      }
      assert.deepEqual(got, [1, 2, 3, 4]);
      const waiting = loops.map((loop) => loop.next());
      assert.equal(kept.readers, 2);
      await publish(bus, 5, 6);
      const last = await Promise.all(waiting);
      assert.deepEqual(last.map(({ value }) => value?.message), [5, 6]);
    });
  }
});

Deno.test("D3 a failure ends the loops that wait, and they take nothing with them", async (t) => {
  for (const options of [{}, { group: "g" }]) {
    await t.step(options.group ? "in a group" : "alone", async () => {
      await using bus = new MockBus();
      const kept = new KeptSubscription(bus, "a.*", options);
      const loops = [1, 2].map(() => kept[Symbol.asyncIterator]());
      const waiting = loops.map((loop) => loop.next());
      const keeping = kept.keep();
      await publish(bus, 1, 2, 3);
      await keeping;
      for (const step of waiting) assert((await step).done);
      for (const loop of loops) assert((await loop.next()).done);
      assert.deepEqual(messages(await take(kept.resume(), 3)), [1, 2, 3]);
    });
  }
});

Deno.test("D3 in a group all that two loops had in hand comes again", async () => {
  await using bus = new MockBus();
  const kept = new KeptSubscription(bus, "a.*", { group: "g" });
  await publish(bus, 1, 2, 3);
  for (const loop of [1, 2].map(() => kept[Symbol.asyncIterator]())) {
    await loop.next();
  }
  await kept.keep();
  assert.deepEqual(messages(await take(kept.resume(), 3)), [1, 2, 3]);
});

Deno.test("it shows what its queue holds, and who reads", async () => {
  await using bus = new MockBus();
  const kept = new KeptSubscription(bus, "a.*", {
    queueSize: 2,
    overflow: "drop-newest",
  });
  await kept.ready;
  await publish(bus, 1, 2, 3);
  const { pattern, depth, inHand, readers, dropped, closed } = kept;
  assert.deepEqual({ pattern, depth, inHand, readers, dropped, closed }, {
    pattern: "a.*",
    depth: 2,
    inHand: 0,
    readers: 0,
    dropped: 1,
    closed: false,
  });
  const loop = kept[Symbol.asyncIterator]();
  await loop.next();
  await loop.next();
  const waiting = loop.next();
  assert.equal(kept.readers, 1);
  await kept[Symbol.asyncDispose]();
  assert.deepEqual(await waiting, { done: true, value: undefined });
});

Deno.test("it serves only who has a where as well, or none as well", async () => {
  await using bus = new MockBus();
  const where = () => true;
  const choosing = new KeptSubscription(bus, "a.*", { where });
  const plain = new KeptSubscription(bus, "a.*", {});
  assert(choosing.serves("a.*", { where: () => false }));
  assert(!choosing.serves("a.*", {}));
  assert(!plain.serves("a.*", { where }));
});
