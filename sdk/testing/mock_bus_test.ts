import assert from "node:assert/strict";
import { z } from "zod";
import { defineTopic } from "../define_topic.ts";
import { CaryatidError } from "../errors.ts";
import { ModuleContext } from "../host/module_context.ts";
import type { Delivery } from "../delivery.ts";
import type { Subscription } from "../subscription.ts";
import { busConformance } from "./conformance/mod.ts";
import { MockBus } from "./mock_bus.ts";
import { recordLog } from "./record_log.ts";
import { yieldTwice } from "../bus/event_loop.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** The suite waits for deadlines in real time. */
class MachineClock extends VirtualClock {
  override now(): number {
    return Date.now();
  }
  override set(callback: () => void, milliseconds: number): unknown {
    return setTimeout(callback, milliseconds);
  }
  override clear(timer: unknown): void {
    clearTimeout(timer as number);
  }
}

busConformance(
  "MockBus",
  () => Promise.resolve(new MockBus({ clock: new MachineClock() })),
  { scale: 0.1 },
);

const UNAVAILABLE = new CaryatidError("BUS_UNAVAILABLE", "Cannot reach it");

async function take(subscription: Subscription): Promise<Delivery> {
  const { done, value } = await subscription[Symbol.asyncIterator]().next();
  assert(!done);
  return value;
}

Deno.test("published contains the messages of the module, in order", async () => {
  await using bus = new MockBus();
  const message = { hello: "world" };
  await bus.publish("a", message);
  await bus.publish("b", null, { headers: { c: "d" } });
  assert.deepEqual(bus.published, [
    { topic: "a", message },
    { topic: "b", message: null, options: { headers: { c: "d" } } },
  ]);
  assert.equal(bus.published[0]!.message, message);
});

Deno.test("published does not contain messages that were rejected at once", async () => {
  await using bus = new MockBus();
  await assert.rejects(bus.publish("*", 1), { code: "INVALID_TOPIC" });
  await assert.rejects(bus.publish("a", undefined), { code: "NOT_ENCODABLE" });
  await assert.rejects(bus.publish("a", 1, { timeout: 0 }), {
    code: "INVALID_OPTION",
  });
  await assert.rejects(bus.publish("a", 1, { signal: AbortSignal.abort() }), {
    code: "ABORTED",
  });
  assert.deepEqual(bus.published, []);
});

Deno.test("published does not contain options that the SDK adds", async () => {
  await using bus = new MockBus();
  const context = new ModuleContext({ id: "m", bus, log: recordLog([]) });
  await context.publish(defineTopic("a", z.number()), 1);
  assert.deepEqual(bus.published, [{ topic: "a", message: 1 }]);
});

Deno.test("messages of the module reach its own subscriptions", async () => {
  await using bus = new MockBus();
  const own = bus.subscribe("a.*");
  await bus.publish("a.b", 1);
  assert.equal((await take(own)).message, 1);
});

Deno.test("an injected message reaches the subscriptions of the module and is not in published", async () => {
  await using bus = new MockBus();
  const subscription = bus.subscribe("a.*");
  await bus.inject("a.b", 1, { id: "x", headers: { c: "d" } });
  const { topic, message, id, headers } = await take(subscription);
  assert.deepEqual({ topic, message, id, headers }, {
    topic: "a.b",
    message: 1,
    id: "x",
    headers: { c: "d" },
  });
  assert.deepEqual(bus.published, []);
  await assert.rejects(bus.inject("#", 1), { code: "INVALID_TOPIC" });
});

Deno.test("ask() is answered by the module and is not in requested", async () => {
  await using bus = new MockBus();
  const spy = bus.subscribe("#");
  bus.handle("q.*", ({ topic, message, headers }) => [topic, message, headers]);
  const answer = await bus.ask("q.r", 7, { headers: { a: "b" } });
  assert.deepEqual(answer, ["q.r", 7, { a: "b" }]);
  assert.deepEqual(bus.requested, []);
  assert.match((await take(spy)).topic, /^q\.r\._request\.[0-9a-f]{16}$/);
  await assert.rejects(bus.ask("other", 1), { code: "NO_HANDLER" });
});

Deno.test("answer() answers the requests of the module", async (t) => {
  await using bus = new MockBus();

  await t.step("and requested has it, answered or not", async () => {
    await assert.rejects(bus.request("q.r", 1), { code: "NO_HANDLER" });
    bus.answer("q.*", ({ message }) => ({ you: message }));
    const options = { timeout: 10 };
    assert.deepEqual(await bus.request("q.r", 2, options), { you: 2 });
    assert.deepEqual(bus.requested, [
      { topic: "q.r", message: 1 },
      { topic: "q.r", message: 2, options },
    ]);
  });

  await t.step("and the last answer for a pattern counts", async () => {
    bus.answer("q.*", () => "other");
    for (const _ of [1, 2, 3]) {
      assert.equal(await bus.request("q.r", 1), "other");
    }
  });

  await t.step("or fails it", async () => {
    bus.answer("q.*", () => {
      throw new TypeError("broken");
    });
    await assert.rejects(bus.request("q.r", 1), {
      code: "HANDLER_FAILED",
      cause: { code: "TypeError", message: "broken" },
    });
  });

  await t.step("until it is closed", async () => {
    await bus.answer("q.*", () => "last").close();
    await assert.rejects(bus.request("q.r", 1), { code: "NO_HANDLER" });
  });
});

Deno.test("fail() makes calls fail", async (t) => {
  await t.step(
    "publish: the next one, and the message is not published",
    async () => {
      await using bus = new MockBus();
      const subscription = bus.subscribe("a");
      bus.fail("publish", UNAVAILABLE);
      await assert.rejects(bus.publish("a", 1), UNAVAILABLE);
      await bus.publish("a", 2);
      assert.equal((await take(subscription)).message, 2);
      assert.deepEqual(bus.published, [{ topic: "a", message: 2 }]);
    },
  );

  await t.step(
    "request: the next one, and the request is not sent",
    async () => {
      await using bus = new MockBus();
      bus.answer("q", () => "answer");
      bus.fail("request", UNAVAILABLE);
      await assert.rejects(bus.request("q", 1), UNAVAILABLE);
      assert.equal(await bus.request("q", 2), "answer");
      assert.deepEqual(bus.requested, [{ topic: "q", message: 2 }]);
    },
  );

  await t.step(
    "subscribe: the subscription is never ready and receives nothing",
    async () => {
      await using bus = new MockBus();
      bus.fail("subscribe", UNAVAILABLE);
      const refused = bus.subscribe("a");
      await assert.rejects(refused.ready, UNAVAILABLE);
      assert(refused.closed);
      assert.equal(refused.pattern, "a");
      await bus.inject("a", 1);
      for await (const _ of refused) assert.fail("it received a message");
      await refused.close();
      await bus.subscribe("a").ready;
    },
  );

  await t.step("handle: it is never ready, and answers nothing", async () => {
    await using bus = new MockBus();
    bus.fail("handle", UNAVAILABLE);
    const refused = bus.handle("q", () => 1);
    await assert.rejects(refused.ready, UNAVAILABLE);
    assert(refused.closed);
    await assert.rejects(bus.ask("q", 1), { code: "NO_HANDLER" });
    await refused.close();
    await refused[Symbol.asyncDispose]();
    await bus.handle("q", () => 1).ready;
  });

  await t.step("as many times as asked for", async () => {
    await using bus = new MockBus();
    bus.fail("publish", UNAVAILABLE, { times: 2 });
    const other = new Error("the third one");
    bus.fail("publish", other);
    for (const error of [UNAVAILABLE, UNAVAILABLE, other]) {
      await assert.rejects(bus.publish("a", 1), error);
    }
    await bus.publish("a", 1);
    bus.fail("publish", UNAVAILABLE, { times: Infinity });
    for (const _ of [1, 2, 3]) await assert.rejects(bus.publish("a", 1));
  });

  await t.step("only for topics of the pattern", async () => {
    await using bus = new MockBus();
    bus.fail("publish", UNAVAILABLE, { pattern: "a.*" });
    bus.fail("subscribe", UNAVAILABLE, { pattern: "a.b" });
    await bus.publish("b", 1);
    await assert.rejects(bus.publish("a.b", 1), UNAVAILABLE);
    await bus.subscribe("b.#").ready;
    await assert.rejects(bus.subscribe("#.b").ready, UNAVAILABLE);
  });

  await t.step("but not what others do", async () => {
    await using bus = new MockBus();
    bus.handle("q", () => 1);
    bus.fail("publish", UNAVAILABLE);
    bus.fail("request", UNAVAILABLE);
    await bus.inject("a", 1);
    assert.equal(await bus.ask("q", 1), 1);
  });
});

Deno.test("invalid arguments throw even if the call is planned to fail", async () => {
  await using bus = new MockBus();
  bus.fail("subscribe", UNAVAILABLE, { times: Infinity });
  bus.fail("handle", UNAVAILABLE, { times: Infinity });
  const bad = "x".repeat(256);
  assert.throws(() => bus.subscribe(bad), { code: "INVALID_TOPIC" });
  assert.throws(() => bus.handle(bad, () => 1), { code: "INVALID_TOPIC" });
});

Deno.test("deadlines follow the virtual clock", async (t) => {
  await t.step("B5 of a request", async () => {
    await using bus = new MockBus();
    bus.answer("q", () => new Promise(() => {}));
    const refused = assert.rejects(bus.request("q", 1), {
      code: "REQUEST_TIMEOUT",
    });
    await bus.clock.advance(4_999);
    assert.equal(bus.requested.length, 1);
    await bus.clock.advance(1);
    await refused;
  });

  await t.step("A11 of a publish that waits", async () => {
    await using bus = new MockBus({ queueSize: 1 });
    bus.subscribe("a");
    await bus.publish("a", 1);
    let settled = false;
    const refused = assert.rejects(
      bus.publish("a", 2).finally(() => settled = true),
      { code: "OVERFLOW" },
    );
    await bus.clock.advance(29_999);
    assert(!settled);
    await bus.clock.advance(1);
    await refused;
  });
});

Deno.test("deliveries and requests have the time of the virtual clock", async () => {
  const start = Date.UTC(2030, 0, 1);
  const clock = new VirtualClock({ start });
  await using bus = new MockBus({ clock });
  assert.equal(bus.clock, clock);
  const subscription = bus.subscribe("a");
  bus.handle("q", ({ time }) => time - start);
  await clock.advance(5);
  await bus.inject("a", 1);
  assert.equal((await take(subscription)).time, start + 5);
  assert.equal(await bus.ask("q", 1), 5);
});

Deno.test("B15 requests in flight and later calls reject with BUS_CLOSED after close()", async () => {
  const bus = new MockBus();
  bus.answer("q", () => new Promise(() => {}));
  const asked = [bus.request("q", 1), bus.ask("q", 1)];
  await yieldTwice();
  await bus.close();
  for (const one of asked) await assert.rejects(one, { code: "BUS_CLOSED" });
  await assert.rejects(bus.open(), { code: "BUS_CLOSED" });
  await assert.rejects(bus.inject("a", 1), { code: "BUS_CLOSED" });
  await assert.rejects(bus.ask("q", 1), { code: "BUS_CLOSED" });
  await bus.close();
});
