import { defineModule } from "@caryatid/sdk";
import { decode, encode } from "@caryatid/process/codec";
import assert from "node:assert/strict";
import { Process } from "../process.ts";
import type { SnapshotMessage } from "../snapshots/snapshot_message.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { buswatchForm } from "./buswatch_form.ts";

const weak = defineModule({
  name: "weak",
  permissions: { net: ["a.example:1"] },
  topics: { subscribe: ["work.#"], publish: ["done"] },
  init(context) {
    const work = context.subscribe("work.#");
    context.run(async () => {
      for await (const { message } of work) {
        if (message === "poison") throw new TypeError("<b>cannot digest</b>");
        await context.publish("done", message);
      }
    });
  },
});

Deno.test("B7 late answers are counted in the health of their bus and in snapshots", async () => {
  const clock = new ManualClock();
  await using process = await Process.create({
    config: { monitor: {}, log: { level: "error" } },
    clock,
    env: {},
  });
  await process.start();
  assert.equal(process.health().buses[0]!.lateAnswers, undefined);
  const { context } = process;
  const answer = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  context.handle("slow", () => {
    begun.resolve();
    return answer.promise;
  });
  const controller = new AbortController();
  const asked = context.request("slow", 1, { signal: controller.signal });
  await begun.promise;
  controller.abort();
  await assert.rejects(asked, { code: "ABORTED" });
  answer.resolve("too late");
  await new Promise((resolve) => setTimeout(resolve));
  const expected = [{ id: "memory", connected: true, lateAnswers: 1 }];
  assert.deepEqual(process.health().buses, expected);
  assert.deepEqual(process.monitor.snapshot().process!.buses, [
    { ...expected[0], className: "in-memory" },
  ]);
});

Deno.test("a snapshot describes the process, and the state, failures and permissions of its modules", async () => {
  const clock = new ManualClock();
  await using process = await Process.create({
    config: `
      [module.first]
      class = "weak"
      on-failure = "restart"
      [module.first.permissions]
      net = ["a.example:1"]
      subscribe = ["work.#"]
      publish = ["done"]
      [module.other]
      class = "weak"
      [process.one]
      modules = ["first"]
      [process.two]
      modules = ["other"]
      [monitor]
      [log.levels]
      first = "error"
      [log]
      level = "error"
    `,
    modules: [weak],
    process: "one",
    clock,
    env: {},
  });
  assert.equal(process.monitor.snapshot().process, undefined);
  await process.start();
  const done = process.context.subscribe("done");
  const next = done[Symbol.asyncIterator]();
  await process.context.publish("work.a", "good");
  await next.next();
  await process.context.publish("work.a", "poison");
  while (process.health().modules[0]?.state !== "restarting") {
    await new Promise((resolve) => setTimeout(resolve));
  }
  const restarting = process.monitor.snapshot().process!;
  assert.equal(restarting.modules.first?.state, "restarting");
  await clock.wake();
  while (process.health().modules[0]?.state !== "running") {
    await new Promise((resolve) => setTimeout(resolve));
  }
  const state = process.monitor.snapshot().process!;
  assert.equal(state.name, "one");
  assert.match(state.id, /^[0-9a-f]{8}$/);
  assert(state.memory > 1e6 && state.cpu >= 0 && state.pid > 0);
  assert.deepEqual(state.routes, [{ pattern: "#", buses: ["memory"] }]);
  assert.deepEqual(state.buses, [
    { id: "memory", connected: true, className: "in-memory" },
  ]);
  assert.deepEqual(Object.keys(state.modules), ["first"]);
  const { errors, ...first } = state.modules.first!;
  assert.deepEqual(first, {
    className: "weak",
    state: "running",
    stuck: [],
    paused: false,
    restarts: 1,
    isolation: "none",
    jail: undefined,
    memory: undefined,
    cores: undefined,
    asked: { net: ["a.example:1"] },
    granted: {
      net: ["a.example:1"],
      publish: ["done"],
      subscribe: ["work.#"],
    },
    topics: { subscribe: ["work.#"], publish: ["done"] },
  });
  assert.deepEqual(
    errors.map(({ code, message }) => [code, message]),
    [["TypeError", "<b>cannot digest</b>"]],
  );
  const message = buswatchForm(process.monitor.snapshot());
  const read = decode(encode(message)) as SnapshotMessage;
  const status = read.process?.modules.first;
  assert.equal(read.process?.id, state.id);
  assert.deepEqual(
    [status?.class, status?.restarts, status?.errors[0]?.code],
    ["weak", 1, "TypeError"],
  );
});

Deno.test("a configuration with a dashboard publishes snapshots twice a second, without a [monitor]", async () => {
  const dashboard = defineModule({ name: "dashboard", init() {} });
  await using process = await Process.create({
    config: { module: { dashboard: {} }, log: { level: "error" } },
    modules: [dashboard],
    env: {},
  });
  const snapshots = process.context.subscribe("caryatid.monitor.snapshot");
  await process.start();
  const ids: unknown[] = [];
  for await (const { message } of snapshots) {
    ids.push((message as SnapshotMessage).process?.id);
    if (ids.length === 2) break;
  }
  assert.equal(ids[0], process.monitor.snapshot().process?.id);
  assert.equal(ids[0], ids[1]);
});

Deno.test("a paused module receives nothing until it is resumed; its queue keeps the messages", async () => {
  const reader = defineModule({
    name: "reader",
    init(context) {
      const work = context.subscribe("work.#");
      context.handle("ask", () => "answer");
      context.run(async () => {
        for await (const { message } of work) {
          await context.publish("done", message);
        }
      });
    },
  });
  await using process = await Process.create({
    config: {
      module: { reader: {} },
      monitor: { control: ["pause"] },
      log: { level: "error" },
    },
    modules: [reader],
    env: {},
  });
  const { context, monitor } = process;
  await process.start();
  const { id } = monitor.snapshot().process!;
  const ask = (action: string, module: string) =>
    context.request(`caryatid.control.${id}`, { action, module });
  const done = context.subscribe("done")[Symbol.asyncIterator]();
  assert.deepEqual(await ask("pause", "reader"), { paused: true });
  assert.equal(monitor.snapshot().process?.modules.reader?.paused, true);
  for (const n of [1, 2, 3]) await context.publish("work.a", n);
  // its loop waited already
  assert.equal((await done.next()).value?.message, 1);
  await assert.rejects(context.request("ask", 1, { timeout: 50 }), {
    code: "REQUEST_TIMEOUT",
  });
  const reads = monitor.snapshot().modules.reader?.reads["work.#"];
  assert.deepEqual([reads?.read, reads?.unread], [1, 2]);
  const answer = context.request("ask", 1);
  assert.deepEqual(await ask("resume", "reader"), { paused: false });
  assert.equal(await answer, "answer");
  assert.equal((await done.next()).value?.message, 2);
  await assert.rejects(
    ask("pause", "none"),
    /module "none": found no such module/,
  );
  await assert.rejects(
    ask("explode", "reader"),
    /expected one of pause, resume/,
  );
  await ask("pause", "reader"); // a stop does not wait for a paused module
  await context.publish("work.a", 4);
});

Deno.test("further attempts of consume are counted as retried, also after its close", async () => {
  let attempts = 0;
  const handled = Promise.withResolvers<void>();
  const flaky = defineModule({
    name: "flaky",
    init(context) {
      context.consume("work", () => {
        if (++attempts < 3) throw new Error("not yet");
        handled.resolve();
      }, { retry: { attempts: 3, backoff: 0 } });
    },
  });
  await using process = await Process.create({
    config: { module: { flaky: {} }, monitor: {}, log: { level: "error" } },
    modules: [flaky],
    env: {},
  });
  await process.start();
  await process.context.publish("work", 1);
  await handled.promise;
  const retried = () =>
    process.monitor.snapshot().modules.flaky?.reads["work"]?.retried;
  assert.equal(retried(), 2);
  await process.stop();
  assert.equal(retried(), 2);
});

Deno.test("without control in [monitor], no request can pause a module", async () => {
  await using process = await Process.create({
    config: { module: { weak: {} }, monitor: {}, log: { level: "error" } },
    modules: [weak],
    env: {},
  });
  await process.start();
  const { id } = process.monitor.snapshot().process!;
  await assert.rejects(
    process.context.request(`caryatid.control.${id}`, { action: "pause" }),
    { code: "NO_HANDLER" },
  );
});
