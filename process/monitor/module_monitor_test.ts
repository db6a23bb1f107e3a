import type { MessageBus } from "@caryatid/sdk";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import assert from "node:assert/strict";
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

Deno.test("a monitor counts queued, read and in-flight messages", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const received = bus.subscribe("a.*");
  for (const n of [1, 2, 3]) await bus.publish("a.b", n);
  const loop = received[Symbol.asyncIterator]();
  assert.deepEqual(subject.reads("reader", "a.*"), {
    read: 0,
    unread: 3,
    inFlight: 0,
    inFlightFor: undefined,
    pendingFor: undefined,
    waitingPublishers: 0,
    dropped: 0,
    redelivered: 0,
    retried: 0,
    rate: 0,
    groups: [],
  });
  await loop.next();
  const { read, unread, inFlight } = subject.reads("reader", "a.*")!;
  assert.deepEqual([read, unread, inFlight], [1, 2, 1]);
});

Deno.test("a monitor names the groups that a module joined on a pattern", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  bus.subscribe("a");
  assert.deepEqual(subject.reads("reader", "a")!.groups, []);
  for (const group of ["workers", "fast", "workers"]) {
    await bus.subscribe("a", { group }).close();
  }
  assert.deepEqual(subject.reads("reader", "a")!.groups, ["fast", "workers"]);
});

Deno.test("a monitor counts messages excluded by `where` neither as read, nor as unread, nor as dropped", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const received = bus.subscribe("a", {
    where: ({ message }) => message === 2,
  });
  for (const n of [1, 2, 3]) await bus.publish("a", n);
  await received[Symbol.asyncIterator]().next();
  const { read, unread, dropped } = subject.reads("reader", "a")!;
  assert.deepEqual([read, unread, dropped], [1, 0, 0]);
});

Deno.test("a monitor reports since when a loop waits, until it receives a message", async () => {
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

Deno.test("a monitor reports the longest wait of several loops", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const received = bus.subscribe("a");
  const [first, second] = [0, 1].map(() => received[Symbol.asyncIterator]());
  const waiting = first!.next();
  subject.clock.time = 10;
  const later = second!.next();
  subject.clock.time = 30;
  assert.equal(subject.reads("reader", "a")?.pendingFor, 30);
  await bus.publish("a", 1);
  await waiting;
  assert.equal(subject.reads("reader", "a")?.pendingFor, 20);
  await received.close();
  await later;
});

Deno.test("a monitor reports how long a delivery has been in flight at least", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const loop = bus.subscribe("a")[Symbol.asyncIterator]();
  await bus.publish("a", 1);
  await bus.publish("a", 2);
  await loop.next();
  subject.clock.time = 5;
  assert.equal(subject.reads("reader", "a")?.inFlightFor, 0);
  subject.clock.time = 12;
  assert.equal(subject.reads("reader", "a")?.inFlightFor, 7);
  await loop.next();
  assert.equal(subject.reads("reader", "a")?.inFlightFor, 0);
});

Deno.test("a monitor reports which publisher waits, since when, and for which full queue", async () => {
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
  assert.equal(subject.reads("slow", "a.#")?.waitingPublishers, 1);
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
      const received = bus.subscribe("a", { signal: end.signal });
      for (const n of [1, 2, 3]) await bus.publish("a", n);
      let left = 3;
      for await (const _ of received) {
        if (--left > 0) continue;
        await act(end);
        if (name === "by break") break;
      }
      subject.monitor.snapshot(); // sees that it is closed
      await yieldToEventLoop();
      assert.equal(subject.reads("reader", "a")?.read, 3);
    });
  }
  await t.step("by close(), while a loop waits", async () => {
    await using subject = new Subject();
    const bus = subject.module("reader");
    const received = bus.subscribe("a");
    const loop = received[Symbol.asyncIterator]();
    await bus.publish("a", 1);
    await loop.next();
    const waiting = loop.next();
    await received.close();
    assert.equal((await waiting).done, true);
    assert.equal(subject.reads("reader", "a")?.read, 1);
  });
});

Deno.test("a monitor adds up what several subscriptions to one pattern read and drop, closed ones too", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  for (let n = 0; n < 100; n++) {
    const received = bus.subscribe("a", {
      queueSize: 1,
      overflow: "drop-newest",
    });
    await bus.publish("a", 1);
    await bus.publish("a", 2);
    for await (const _ of received) break;
  }
  const { read, dropped, unread } = subject.reads("reader", "a")!;
  assert.deepEqual([read, dropped, unread], [100, 100, 0]);
});

Deno.test("a monitor counts what each member of a group reads, and what its queue drops after the member joined", async () => {
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
  const received = bus.subscribe("a", {
    accept: (delivery) => {
      if (delivery.message === 1) throw new Error("not this one");
      return delivery;
    },
  });
  for (const n of [1, 2, 3]) await bus.publish("a", n);
  const loop = received[Symbol.asyncIterator]();
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
  await assert.rejects(bus.request("unhandled", 1), { code: "NO_HANDLER" });
  subject.clock.time = 40;
  const requests = () => subject.monitor.snapshot().modules.requester?.requests;
  const running = () =>
    subject.monitor.snapshot().modules.responder?.handlings["ask.*"];
  assert.deepEqual(requests()?.["ask.it"], {
    count: 1,
    pending: 1,
    pendingFor: 40,
    failed: {},
    durations: { counts: Array(14).fill(0), sum: 0 },
  });
  assert.deepEqual(requests()?.unhandled?.failed, { NO_HANDLER: 1 });
  assert.deepEqual(running(), { handled: 0, failed: 0, running: 1 });
  answer.resolve(2);
  assert.equal(await asked, 2);
  assert.equal(requests()?.["ask.it"]?.pending, 0);
  const { counts, sum } = requests()!["ask.it"]!.durations;
  assert.deepEqual([counts.indexOf(1), sum], [5, 40]); // 25 to 50 ms
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

Deno.test("a change of the time of day alters the time of the snapshot, but no waits", async () => {
  await using subject = new Subject();
  const bus = subject.module("reader");
  const received = bus.subscribe("a");
  const waiting = received[Symbol.asyncIterator]().next();
  subject.clock.time = 10;
  for (const ahead of [3_600_000, -3_600_000]) {
    subject.clock.ahead = ahead;
    assert.equal(subject.reads("reader", "a")?.pendingFor, 10);
    assert.equal(subject.monitor.snapshot().time, 10 + ahead);
  }
  await received.close();
  await waiting;
});

Deno.test("the memory of a monitor does not grow with subscriptions, requests and topics", async () => {
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

Deno.test("A15 through a monitor, a delivery fails with the error of its loop", async () => {
  const causes: string[] = [];
  await using bus = new InMemoryBus({
    onExhausted: ({ cause }) => causes.push(cause),
  });
  const watched = new ModuleMonitor(new ManualClock()).watch("m", bus);
  const group = { group: "g", retry: { attempts: 1 } };
  const loop = watched.subscribe("a", group)[Symbol.asyncIterator]();
  await watched.publish("a", 1);
  await loop.next();
  await loop.throw?.(new Error("the module fails"));
  assert.deepEqual(causes, ["the module fails"]);
});
