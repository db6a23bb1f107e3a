import assert from "node:assert/strict";
import { CaryatidError } from "../errors.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { type LogRecord, recordLog } from "../testing/record_log.ts";
import { yieldTwice } from "../bus/event_loop.ts";
import { ModuleContext } from "./module_context.ts";
import type {
  ModuleContextOptions,
  WorkKind,
} from "./module_context_options.ts";

function make(options: Partial<ModuleContextOptions> = {}) {
  const bus = new MockBus();
  const context = new ModuleContext({
    id: "m",
    bus,
    log: recordLog([]),
    clock: bus.clock,
    ...options,
  });
  return { bus, context };
}

Deno.test("a context publishes, subscribes, requests and handles on its bus", async () => {
  const { bus, context } = make();
  const subscription = context.subscribe("a.*");
  context.handle("q.*", ({ topic, message }) => [topic, message]);
  const message = { hello: "world" };
  await context.publish("a.b", message, { id: "1" });
  const { value } = await subscription[Symbol.asyncIterator]().next();
  assert.equal(value?.message, message);
  assert.equal(value?.id, "1");
  assert.deepEqual(await context.request("q.r", 7), ["q.r", 7]);
  assert.deepEqual(bus.published, [
    { topic: "a.b", message, options: { id: "1" } },
  ]);
  assert.deepEqual(bus.requested, [{ topic: "q.r", message: 7 }]);
});

Deno.test("subscriptions and handlings opened after the end of a module are closed and block no publisher", async (t) => {
  const ends = ["fail", "handOver", "close"] as const;
  for (const end of ends) {
    await t.step(`after ${end}()`, async () => {
      const { bus, context } = make({ keep: true });
      await context[end]();
      const late = context.subscribe("a", { queueSize: 1 });
      const handling = context.handle("b", () => 1);
      await assert.rejects(late.ready, { code: "ABORTED" });
      await assert.rejects(handling.ready, { code: "ABORTED" });
      for (const n of [1, 2]) await bus.inject("a", n);
      await assert.rejects(bus.ask("b", null), { code: "NO_HANDLER" });
      assert(late.closed && handling.closed);
      await context.close();
    });
  }
});

Deno.test("ready() resolves once all subscriptions and handlings are ready, and rejects if one fails", async () => {
  const { bus, context } = make();
  context.subscribe("a");
  context.handle("b", () => 1);
  await context.ready();
  const refusal = new Error("no such exchange");
  bus.fail("handle", refusal);
  context.handle("c", () => 1);
  await assert.rejects(context.ready(), refusal);
});

Deno.test("handling, working and running count requests, steps of loops and tasks", async () => {
  const { bus, context } = make();
  const counts = () => {
    const { handling, working, running } = context;
    return { handling, working, running };
  };
  const subscription = context.subscribe("a");
  const step = Promise.withResolvers<void>();
  context.run(async () => {
    for await (const _ of subscription) await step.promise;
  });
  const answer = Promise.withResolvers<number>();
  context.handle("q", () => answer.promise);
  assert.deepEqual(counts(), { handling: 0, working: 0, running: 0 });
  context.begin();
  assert.deepEqual(counts(), { handling: 0, working: 0, running: 1 });
  const asked = bus.ask("q", 1);
  await bus.inject("a", 1);
  await yieldTwice();
  assert.deepEqual(counts(), { handling: 1, working: 1, running: 1 });
  answer.resolve(1);
  step.resolve();
  await asked;
  await yieldTwice();
  assert.deepEqual(counts(), { handling: 0, working: 0, running: 1 });
  await context.close();
  await context.ended();
  assert.deepEqual(counts(), { handling: 0, working: 0, running: 0 });
});

Deno.test("stop() fires the signal, wakes sleepers, and begins no task", async () => {
  const { bus, context } = make();
  const { signal } = new AbortController();
  const asleep = [
    context.clock.sleep(60_000),
    context.clock.sleep(60_000, signal),
  ];
  context.run(() => assert.fail("it began"));
  context.stop();
  context.stop();
  assert(context.signal.aborted);
  for (const one of asleep) await assert.rejects(one, { code: "ABORTED" });
  await assert.rejects(context.clock.sleep(1), { code: "ABORTED" });
  assert.equal(bus.clock.sleepers, 0);
  context.begin();
  assert.equal(context.running, 0);
});

Deno.test("a sleeper's own signal wakes it, too", async () => {
  const { context } = make();
  const controller = new AbortController();
  const asleep = context.clock.sleep(60_000, controller.signal);
  controller.abort("enough");
  await assert.rejects(asleep, { code: "ABORTED", cause: "enough" });
  context.stop();
});

Deno.test("close() ends loops and handlings, and handlers finish their requests", async () => {
  const { bus, context } = make();
  const subscription = context.subscribe("a");
  const answer = Promise.withResolvers<number>();
  const handling = context.handle("q", () => answer.promise);
  let ended = false;
  context.run(async () => {
    for await (const _ of subscription);
    ended = true;
  });
  context.begin();
  const asked = bus.ask("q", 1);
  await yieldTwice();
  await context.close();
  await context.ended();
  assert(ended && subscription.closed && handling.closed);
  answer.resolve(7);
  assert.equal(await asked, 7);
  await assert.rejects(bus.ask("q", 2), { code: "NO_HANDLER" });
});

Deno.test("tasks are called by `around`, handlers by `aroundHandler`", async () => {
  const called: (WorkKind | "request")[] = [];
  const { bus, context } = make({
    around: (kind, work) => {
      called.push(kind);
      return work();
    },
    aroundHandler: () => (work) => {
      called.push("request");
      return work();
    },
  });
  context.handle("q", () => 1);
  context.consume("a", () => {});
  context.run(() => Promise.resolve());
  context.begin();
  await bus.ask("q", 1);
  await bus.inject("a", 1);
  assert.deepEqual(called, ["task", "task", "request", "delivery"]);
});

Deno.test("an error of a task is passed to onFailure", async () => {
  const failures: unknown[] = [];
  const { context } = make({ onFailure: (error) => failures.push(error) });
  context.run(() => Promise.reject("why"));
  context.begin();
  await context.ended();
  assert.deepEqual(failures, ["why"]);
});

Deno.test("A22 a context releases closed subscriptions", async () => {
  const { context } = make();
  const stays = context.subscribe("stays");
  for (let i = 0; i < 1_000; i++) await context.subscribe("goes").close();
  const held = [...context.subscriptions];
  assert(held.length < 100, `${held.length} are held`);
  assert(held.includes(stays));
});

Deno.test("D3 a restarted module continues with the next message", async () => {
  const bus = new MockBus();
  const read: unknown[] = [];
  const failed = Promise.withResolvers<void>();
  const live = (predecessor?: ModuleContext) => {
    const { context } = make({
      bus,
      keep: true,
      predecessor,
      onFailure: () => failed.resolve(),
    });
    const subscription = context.subscribe("a.*");
    context.run(async () => {
      for await (const { message } of subscription) {
        read.push(message);
        if (message === 3) throw new Error("at the third");
      }
    });
    return context;
  };
  const first = live();
  first.subscribe("not.again");
  first.handle("q", () => 1);
  await first.ready();
  first.begin();
  for (const n of [1, 2, 3, 4]) await bus.publish("a.b", n);
  await failed.promise;
  await first.fail();
  await assert.rejects(bus.ask("q", 1), { code: "NO_HANDLER" });
  await bus.publish("a.b", 5);

  const second = live(first);
  await second.ready();
  assert.deepEqual([...first.subscriptions], [], "the rest was closed");
  second.begin();
  await yieldTwice();
  assert.deepEqual(read, [1, 2, 3, 4, 5]);
  await second.close();
  await second.ended();
});

Deno.test("D3 a module that fails again before it is ready keeps its messages for the next restart", async () => {
  const bus = new MockBus();
  const live = (predecessor?: ModuleContext) =>
    make({ bus, keep: true, predecessor }).context;
  const first = live();
  first.subscribe("a.*");
  await bus.publish("a.b", 1);
  await first.fail();
  const second = live(first); // whose init throws before it subscribes
  await second.fail();
  const third = live(second);
  const subscription = third.subscribe("a.*");
  await third.ready();
  const { value } = await subscription[Symbol.asyncIterator]().next();
  assert.equal(value?.message, 1);
  await third.close();
});

Deno.test("an error of a handler that cannot be sent is logged with module and topic", async () => {
  const logs: LogRecord[] = [];
  const { bus, context } = make({ log: recordLog(logs) });
  context.handle("sell", () => {
    throw new CaryatidError("out of stock", "no tea");
  });
  await context.ready();
  await assert.rejects(bus.ask("sell", "tea"), { code: "HANDLER_FAILED" });
  const [{ level, properties }] = logs as [LogRecord];
  assert.equal(level, "warn");
  assert.equal(properties?.["module"], "m");
  assert.equal(properties?.["topic"], "sell");
  assert.match(String(properties?.["fault"]), /"out of stock"/);
  await context.close();
  await bus.close();
});
