import type { MessageBus } from "@caryatid/sdk";
import { turnOver } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { InMemoryBus } from "../buses/in_memory.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { ModuleMonitor } from "./module_monitor.ts";

/** A bus, a monitor of it, and time that is moved by hand. */
class Subject implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly monitor = new ModuleMonitor(this.clock);
  readonly #bus = new InMemoryBus();

  module(id: string): MessageBus {
    return this.monitor.watch(id, this.#bus);
  }

  reads(id: string, pattern: string) {
    return this.monitor.snapshot().modules[id]?.reads[pattern];
  }

  writes(id: string, topic: string) {
    return this.monitor.snapshot().modules[id]?.writes[topic];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#bus.close();
  }
}

Deno.test("a monitor tells what waits in a queue, what was read, and what a loop works on", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const heard = bus.subscribe("a.*");
  for (const n of [1, 2, 3]) await bus.publish("a.b", n);
  const loop = heard[Symbol.asyncIterator]();
  assert.deepEqual(subject.reads("reader", "a.*"), {
    read: 0,
    unread: 3,
    inHand: 0,
    inHandFor: undefined,
    pendingFor: undefined,
    heldUp: 0,
    dropped: 0,
    rate: 0,
  });
  await loop.next();
  const { read, unread, inHand } = subject.reads("reader", "a.*")!;
  assert.deepEqual([read, unread, inHand], [1, 2, 1]);
});

Deno.test("what where leaves out a monitor counts neither as read, nor as unread, nor as dropped", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const heard = bus.subscribe("a", { where: ({ message }) => message === 2 });
  for (const n of [1, 2, 3]) await bus.publish("a", n);
  await heard[Symbol.asyncIterator]().next();
  const { read, unread, dropped } = subject.reads("reader", "a")!;
  assert.deepEqual([read, unread, dropped], [1, 0, 0]);
});

Deno.test("a monitor tells since when a loop waits, and no more once it has something", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const loop = bus.subscribe("a")[Symbol.asyncIterator]();
  const waiting = loop.next();
  subject.clock.time = 902.1;
  assert.equal(subject.reads("reader", "a")?.pendingFor, 902.1);
  assert.equal(subject.reads("reader", "a")?.read, 0);
  await bus.publish("a", 1);
  await waiting;
  assert.equal(subject.reads("reader", "a")?.pendingFor, undefined);
  assert.equal(subject.reads("reader", "a")?.read, 1);
});

Deno.test("a monitor tells of several loops how long the one waits that waits longest", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const heard = bus.subscribe("a");
  const [first, second] = [0, 1].map(() => heard[Symbol.asyncIterator]());
  const waiting = first!.next();
  subject.clock.time = 10;
  const later = second!.next();
  subject.clock.time = 30;
  assert.equal(subject.reads("reader", "a")?.pendingFor, 30);
  await bus.publish("a", 1);
  await waiting;
  assert.equal(subject.reads("reader", "a")?.pendingFor, 20);
  await heard.close();
  await later;
});

Deno.test("a monitor tells how long at least a delivery has been in hand: since it first saw it", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const loop = bus.subscribe("a")[Symbol.asyncIterator]();
  await bus.publish("a", 1);
  await bus.publish("a", 2);
  await loop.next();
  subject.clock.time = 5;
  assert.equal(subject.reads("reader", "a")?.inHandFor, 0);
  subject.clock.time = 12;
  assert.equal(subject.reads("reader", "a")?.inHandFor, 7);
  await loop.next();
  assert.equal(subject.reads("reader", "a")?.inHandFor, 0);
});

Deno.test("a monitor tells which publisher waits, since when, and whose full queue it waits for", async () => {
  await using subject = new Subject();
  const slow = subject.module("slow").subscribe("a.#", { queueSize: 1 });
  subject.module("quick").subscribe("a.b");
  subject.module("other").subscribe("c", { queueSize: 1 });
  const bus = subject.module("publisher");
  await bus.publish("a.b", 1);
  subject.clock.time = 100;
  const waiting = bus.publish("a.b", 2);
  subject.clock.time = 1_600;
  assert.deepEqual(subject.writes("publisher", "a.b"), {
    written: 1,
    failed: 0,
    waiting: 1,
    pendingFor: 1_500,
    waitsFor: [{ module: "slow", pattern: "a.#" }],
    rate: 1 / 1.6,
  });
  assert.equal(subject.reads("slow", "a.#")?.heldUp, 1);
  await slow.close();
  await waiting;
  const { written, waiting: left } = subject.writes("publisher", "a.b")!;
  assert.deepEqual([written, left], [2, 0]);
});

Deno.test("a monitor counts exactly, however a subscription ends", async (t) => {
  const ways: Record<string, (end: AbortController) => Promise<void> | void> = {
    "by break": () => {},
    "by its signal": (end) => end.abort(),
  };
  for (const [name, act] of Object.entries(ways)) {
    await t.step(name, async () => {
      await using subject = new Subject();
      const bus = subject.module("reader");
      const end = new AbortController();
      const heard = bus.subscribe("a", { signal: end.signal });
      for (const n of [1, 2, 3]) await bus.publish("a", n);
      let left = 3;
      for await (const _ of heard) {
        if (--left > 0) continue;
        await act(end);
        if (name === "by break") break;
      }
      subject.monitor.snapshot(); // sees that it is closed
      await turnOver();
      assert.equal(subject.reads("reader", "a")?.read, 3);
    });
  }
  await t.step("by close(), while a loop waits", async () => {
    await using subject = new Subject();
    const bus = subject.module("reader");
    const heard = bus.subscribe("a");
    const loop = heard[Symbol.asyncIterator]();
    await bus.publish("a", 1);
    await loop.next();
    const waiting = loop.next();
    await heard.close();
    assert.equal((await waiting).done, true);
    assert.equal(subject.reads("reader", "a")?.read, 1);
  });
});

Deno.test("a monitor counts what several subscriptions to one pattern read and lose, closed ones too", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  for (let n = 0; n < 100; n++) {
    const heard = bus.subscribe("a", {
      queueSize: 1,
      overflow: "drop-newest",
    });
    await bus.publish("a", 1);
    await bus.publish("a", 2);
    for await (const _ of heard) break;
  }
  const { read, dropped, unread } = subject.reads("reader", "a")!;
  assert.deepEqual([read, dropped, unread], [100, 100, 0]);
});

Deno.test("a monitor counts of a group what each member reads, and what its queue loses since the member came", async () => {
  await using subject = new Subject();
  const options = {
    group: "g",
    queueSize: 1,
    overflow: "drop-newest",
  } as const;
  const bus = subject.module("publisher");
  const first = subject.module("first").subscribe("a", options);
  for (const n of [1, 2, 3]) await bus.publish("a", n);
  subject.module("second").subscribe("a", options);
  for (const n of [4, 5]) await bus.publish("a", n);
  await first[Symbol.asyncIterator]().next();
  const counts = (id: string) => {
    const { read, dropped, unread } = subject.reads(id, "a")!;
    return [read, dropped, unread];
  };
  assert.deepEqual(counts("first"), [1, 3, 1]);
  assert.deepEqual(counts("second"), [0, 1, 1]);
});

Deno.test("a monitor counts what a subscription refuses as dropped, not as read", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const heard = bus.subscribe("a", {
    accept: (delivery) => {
      if (delivery.message === 1) throw new Error("not this one");
      return delivery;
    },
  });
  for (const n of [1, 2, 3]) await bus.publish("a", n);
  const loop = heard[Symbol.asyncIterator]();
  await loop.next();
  const { read, dropped, unread } = subject.reads("reader", "a")!;
  assert.deepEqual([read, dropped, unread], [1, 1, 1]);
});

Deno.test("a monitor counts publishes that are refused, and they reject as without it", async () => {
  await using subject = new Subject();
  const bus = subject.module("publisher");
  const refused = { code: "INVALID_TOPIC" };
  await assert.rejects(bus.publish("a.*", 1), refused);
  await assert.rejects(bus.publish("a.*", 1), refused);
  await bus.publish("a", 1);
  assert.equal(subject.writes("publisher", "a.*")?.failed, 2);
  assert.equal(subject.writes("publisher", "a")?.failed, 0);
});

Deno.test("a monitor counts requests: pending, and failed by code", async () => {
  await using subject = new Subject();
  const answer = Promise.withResolvers<number>();
  subject.module("responder").handle("ask.*", () => answer.promise);
  const bus = subject.module("requester");
  const asked = bus.request("ask.it", 1);
  await assert.rejects(bus.request("nobody", 1), { code: "NO_HANDLER" });
  subject.clock.time = 40;
  const requests = () => subject.monitor.snapshot().modules.requester?.requests;
  const running = () =>
    subject.monitor.snapshot().modules.responder?.handlings["ask.*"];
  assert.deepEqual(requests()?.["ask.it"], {
    count: 1,
    pending: 1,
    pendingFor: 40,
    failed: {},
  });
  assert.deepEqual(requests()?.nobody?.failed, { NO_HANDLER: 1 });
  assert.deepEqual(running(), { handled: 0, failed: 0, running: 1 });
  answer.resolve(2);
  assert.equal(await asked, 2);
  assert.equal(requests()?.["ask.it"]?.pending, 0);
  assert.deepEqual(running(), { handled: 1, failed: 0, running: 0 });
});

Deno.test("a monitor counts handlers that throw, reject or give no answer as failed", async () => {
  await using subject = new Subject();
  const bus = subject.module("responder");
  bus.handle("throws", () => {
    throw new Error("no");
  });
  bus.handle("rejects", () => Promise.reject(new Error("no")));
  bus.handle("nothing", () => undefined);
  bus.handle("later", async () => await undefined);
  const names = ["throws", "rejects", "nothing", "later"];
  for (const name of names) {
    await assert.rejects(bus.request(name, 1), { code: "HANDLER_FAILED" });
  }
  const { handlings } = subject.monitor.snapshot().modules.responder!;
  for (const name of names) {
    const one = { handled: 0, failed: 1, running: 0 };
    assert.deepEqual(handlings[name], one, name);
  }
});

Deno.test("a rate is that of the time since the last snapshot at least a second ago", async () => {
  await using subject = new Subject();
  const bus = subject.module("publisher");
  const rate = () => subject.writes("publisher", "a")?.rate;
  for (let n = 0; n < 10; n++) await bus.publish("a", n);
  assert.equal(rate(), 0);
  subject.clock.time = 2_000;
  assert.equal(rate(), 5);
  for (let n = 0; n < 3; n++) await bus.publish("a", n);
  subject.clock.time = 2_900;
  assert.equal(rate(), 5);
  subject.clock.time = 3_500;
  assert.equal(rate(), 2);
});

Deno.test("who sets the time of day changes no time that was waited, only that of the snapshot", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const heard = bus.subscribe("a");
  const waiting = heard[Symbol.asyncIterator]().next();
  subject.clock.time = 10;
  for (const ahead of [3_600_000, -3_600_000]) {
    subject.clock.ahead = ahead;
    assert.equal(subject.reads("reader", "a")?.pendingFor, 10);
    assert.equal(subject.monitor.snapshot().time, 10 + ahead);
  }
  await heard.close();
  await waiting;
});

Deno.test("what a monitor knows doesn't grow with subscriptions, requests and topics", async () => {
  await using subject = new Subject();
  const bus = subject.module("busy");
  bus.handle("ask.#", () => 1);
  for (let n = 0; n < 20_000; n++) {
    await bus.publish(`topic.${n}`, n);
    await bus.request(`ask.${n}`, n);
    await bus.subscribe(`ask._response.${n}`).close();
  }
  const { reads, writes, requests } = subject.monitor.snapshot().modules.busy!;
  assert.deepEqual(Object.keys(reads), ["ask._response.*"]);
  assert.equal(Object.keys(writes).length, 1_001);
  assert.equal(Object.keys(requests).length, 1_001);
});

Deno.test("A15 through a monitor, too, a delivery is given up with the error that its loop was left with", async () => {
  const causes: string[] = [];
  await using bus = new InMemoryBus({
    onGivenUp: ({ cause }) => causes.push(cause),
  });
  const watched = new ModuleMonitor(new ManualClock()).watch("m", bus);
  const group = { group: "g", retry: { attempts: 1 } };
  const loop = watched.subscribe("a", group)[Symbol.asyncIterator]();
  await watched.publish("a", 1);
  await loop.next();
  await loop.throw?.(new Error("the module fails"));
  assert.deepEqual(causes, ["the module fails"]);
});
