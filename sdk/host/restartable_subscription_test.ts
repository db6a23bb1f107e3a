import assert from "node:assert/strict";
import type { Delivery } from "../delivery.ts";
import type { Subscription } from "../subscription.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { type LogRecord, recordLog } from "../testing/record_log.ts";
import { yieldTwice } from "../bus/event_loop.ts";
import { RestartableSubscription } from "./restartable_subscription.ts";

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

Deno.test("D3 after a failure the module continues with the next message, and receives each once", async () => {
  await using bus = new MockBus();
  const kept = new RestartableSubscription(bus, "a.*", {});
  await publish(bus, 1, 2, 3, 4, 5);
  assert.deepEqual(await readAndThrow(kept, 3), [1, 2, 3]);
  await kept.keep();
  await publish(bus, 6);
  await yieldTwice();
  assert(!kept.closed);
  assert.deepEqual(messages(await take(kept.resume(), 3)), [4, 5, 6]);
  assert.equal(kept.inFlight, 1, "3 was done when the loop was taken up again");
});

Deno.test("a failed close after the end of a loop is logged and does not reach the module", async () => {
  await using bus = new MockBus();
  const subscribe = bus.subscribe.bind(bus);
  bus.subscribe = (pattern, options) =>
    Object.defineProperty(subscribe(pattern, options), "close", {
      value: () => Promise.reject(new Error("stubborn")),
    });
  const logs: LogRecord[] = [];
  const kept = new RestartableSubscription(bus, "a.*", {}, {
    log: recordLog(logs),
  });
  await publish(bus, 1);
  for await (const _ of kept) break;
  await yieldTwice();
  await yieldTwice();
  assert.deepEqual(logs, [{
    level: "warn",
    text: 'cannot close "{pattern}": {reason}',
    properties: { pattern: "a.*", reason: "stubborn" },
  }]);
});

Deno.test("A14 D3 a restarted module closes its subscription by leaving the loop", async () => {
  await using bus = new MockBus();
  const kept = new RestartableSubscription(bus, "a.*", {});
  await publish(bus, 1, 2);
  await readAndThrow(kept, 1);
  kept.blame(new Error("the module fails"));
  await kept.keep();
  for await (const { message } of kept.resume()) {
    assert.equal(message, 2);
    break;
  }
  await yieldTwice();
  assert(kept.closed);
});

Deno.test("D3 in a group, the delivery in flight of a failed module is redelivered", async () => {
  await using bus = new MockBus();
  const kept = new RestartableSubscription(bus, "a.*", { group: "g" });
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

Deno.test("D3 in a group, the delivery of a failed module is redelivered to another member", async () => {
  await using bus = new MockBus();
  const kept = new RestartableSubscription(bus, "a.*", { group: "g" });
  await publish(bus, 1);
  await readAndThrow(kept, 1);
  const other = bus.subscribe("a.*", { group: "g" });
  const taken = take(other, 1);
  await kept.keep();
  assert.deepEqual(messages(await taken), [1]);
});

Deno.test("A14 break closes the subscription if the module has not failed two turns later", async () => {
  await using bus = new MockBus();
  const kept = new RestartableSubscription(bus, "a.*", {});
  await publish(bus, 1, 2);
  for await (const _ of kept) break;
  assert.deepEqual(await kept[Symbol.asyncIterator]().next(), {
    done: true,
    value: undefined,
  });
  await yieldTwice();
  assert(kept.closed);
  assert.equal(kept.queued, 0);
});

Deno.test("a closed subscription stays closed after a failure", async () => {
  await using bus = new MockBus();
  const kept = new RestartableSubscription(bus, "a.*", { group: "g" });
  await kept.close();
  await kept.keep();
  await publish(bus, 1);
  assert(kept.closed);
  assert.equal(kept.queued, 0);
  assert(!kept.serves("a.*", { group: "g" }));
});

Deno.test("serves() is true for the same pattern and options only", async () => {
  await using bus = new MockBus();
  const options = { group: "g", queueSize: 2, overflow: "error" } as const;
  const kept = new RestartableSubscription(bus, "a.*", options);
  assert(kept.serves("a.*", { ...options }));
  assert(!kept.serves("a.#", options));
  assert(!kept.serves("a.*", { ...options, group: "other" }));
  assert(!kept.serves("a.*", { ...options, queueSize: 3 }));
  assert(!kept.serves("a.*", { ...options, overflow: "wait" }));
  assert(!kept.serves("a.*", {}));
});

Deno.test("A16 two loops of a subscription share its messages without loss or duplicates", async (t) => {
  for (const options of [{}, { group: "g" }]) {
    await t.step(options.group ? "in a group" : "alone", async () => {
      await using bus = new MockBus();
      const kept = new RestartableSubscription(bus, "a.*", options);
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

Deno.test("D3 a failure ends waiting loops, which lose no messages", async (t) => {
  for (const options of [{}, { group: "g" }]) {
    await t.step(options.group ? "in a group" : "alone", async () => {
      await using bus = new MockBus();
      const kept = new RestartableSubscription(bus, "a.*", options);
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

Deno.test("D3 in a group, the deliveries in flight of two loops are redelivered", async () => {
  await using bus = new MockBus();
  const kept = new RestartableSubscription(bus, "a.*", { group: "g" });
  await publish(bus, 1, 2, 3);
  for (const loop of [1, 2].map(() => kept[Symbol.asyncIterator]())) {
    await loop.next();
  }
  await kept.keep();
  assert.deepEqual(messages(await take(kept.resume(), 3)), [1, 2, 3]);
});

Deno.test("a restartable subscription has the counters of its queue and its readers", async () => {
  await using bus = new MockBus();
  const kept = new RestartableSubscription(bus, "a.*", {
    queueSize: 2,
    overflow: "drop-newest",
  });
  await kept.ready;
  await publish(bus, 1, 2, 3);
  const { pattern, queued, inFlight, readers, dropped, closed } = kept;
  assert.deepEqual({ pattern, queued, inFlight, readers, dropped, closed }, {
    pattern: "a.*",
    queued: 2,
    inFlight: 0,
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

Deno.test("serves() is true only if both or neither have a where filter", async () => {
  await using bus = new MockBus();
  const where = () => true;
  const choosing = new RestartableSubscription(bus, "a.*", { where });
  const plain = new RestartableSubscription(bus, "a.*", {});
  assert(choosing.serves("a.*", { where: () => false }));
  assert(!choosing.serves("a.*", {}));
  assert(!plain.serves("a.*", { where }));
});

Deno.test("A11 a full queue drops the newest message while its module is down, and makes no publisher wait", async () => {
  await using bus = new MockBus();
  const kept = new RestartableSubscription(bus, "a.*", { queueSize: 2 });
  kept.dropWhenFull(true);
  await kept.keep();
  await publish(bus, 1, 2, 3, 4);
  assert.equal(kept.queued, 2);
  assert.equal(kept.dropped, 2);
  assert.deepEqual(messages(await take(kept.resume(), 2)), [1, 2]);
});

Deno.test("A11 publishers that wait when the module fails are released, their messages dropped", async () => {
  await using bus = new MockBus();
  const kept = new RestartableSubscription(bus, "a.*", { queueSize: 1 });
  await publish(bus, 1);
  const waiting = [publish(bus, 2), publish(bus, 3)];
  await yieldTwice();
  assert.equal(kept.waitingPublishers, 2);
  kept.dropWhenFull(true);
  await Promise.all(waiting);
  assert.equal(kept.waitingPublishers, 0);
  assert.equal(kept.dropped, 2);
  assert.equal(kept.queued, 1);
});

Deno.test("A11 a full queue makes publishers wait again once its module runs", async () => {
  await using bus = new MockBus();
  const kept = new RestartableSubscription(bus, "a.*", { queueSize: 1 });
  kept.dropWhenFull(true);
  await kept.keep();
  kept.resume();
  await publish(bus, 1);
  const waiting = publish(bus, 2);
  await yieldTwice();
  assert.equal(kept.waitingPublishers, 1);
  assert.deepEqual(messages(await take(kept, 2)), [1, 2]);
  await waiting;
});

Deno.test("A13 a group keeps every message while one of its members is down", async () => {
  await using bus = new MockBus();
  const options = { queueSize: 1, group: "workers" };
  const kept = new RestartableSubscription(bus, "a.*", options);
  kept.dropWhenFull(true);
  await kept.keep();
  await publish(bus, 1);
  const waiting = publish(bus, 2);
  await yieldTwice();
  assert.equal(kept.dropped, 0);
  assert.deepEqual(messages(await take(kept.resume(), 2)), [1, 2]);
  await waiting;
});
