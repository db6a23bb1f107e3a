import { type Context, defineModule, type Topics } from "@caryatid/sdk";
import { MockBus } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { Strays } from "./strays.ts";
import { CapturedLogs } from "./testing/captured_logs.ts";
import { ManualClock } from "./testing/manual_clock.ts";
import { NotedLog } from "./testing/noted_log.ts";
import { silentProcess } from "./testing/silent_process.ts";

Deno.test("a module without topics has the very bus, and pays for nothing", async () => {
  await using bus = new MockBus();
  assert.equal(new Strays(new NotedLog()).watch(bus, undefined), bus);
});

Deno.test("a module that strays is told once for each use and topic, and goes on", async () => {
  using logs = new CapturedLogs();
  const stray = defineModule({
    name: "stray",
    topics: { publish: ["out.*"] },
    init(context) {
      context.handle("q.*", ({ message }) => message);
      for (let twice = 0; twice < 2; twice++) context.subscribe("in.#");
      context.run(async () => {
        for (const topic of ["out.a", "in.b", "in.b", 'in."\n"']) {
          await context.publish(topic, 1);
        }
        assert.equal(await context.request("q.1", "a"), "a");
      });
    },
  });
  await using process = await silentProcess([stray]);
  await process.start();
  const found = await logs.until("caryatid.stray", 5);
  const add = (use: string) => `(add it to topics.${use} of its definition)`;
  assert.deepEqual(logs.lines.slice(-found.length), [
    `caryatid.stray: handles "q.*", which it doesn't declare ${add("handle")}`,
    `caryatid.stray: subscribes to "in.#", which it doesn't declare ${
      add("subscribe")
    }`,
    `caryatid.stray: publishes on "in.b", which it doesn't declare ${
      add("publish")
    }`,
    `caryatid.stray: publishes on "in.\\"\\n\\"", which it doesn't declare ${
      add("publish")
    }`,
    `caryatid.stray: requests on "q.1", which it doesn't declare ${
      add("request")
    }`,
  ]);
  for (const { level } of found) assert.equal(level, "warning");
});

Deno.test("a module with ever new topics doesn't fill the log", async () => {
  const log = new NotedLog();
  await using inner = new MockBus();
  const bus = new Strays(log).watch(inner, {});
  for (let i = 0; i < 1_000; i++) await bus.publish(`a.${i}`, i);
  assert.equal(log.lines.length, 100);
  assert.match(log.lines.at(-1)!, /; no others like it are told$/);
  await bus.request("a.0", 1).catch(() => {});
  assert.match(log.lines.at(-1)!, /^warn requests on "a\.0"/);
});

Deno.test("a declaration that can't be right keeps a process from starting, and says where", async (t) => {
  const init = (_: Context) => {};
  const wrong: [topics: (section: unknown) => Topics, code: string][] = [
    [() => ({ publish: ["x".repeat(256)] }), "INVALID_TOPIC"],
    [() => ({ publish: "a" }) as never, "INVALID_OPTION"],
    [() => (undefined as never as { a: Topics }).a, "LOAD_FAILED"],
  ];
  for (const [topics, code] of wrong) {
    await t.step(code, async () => {
      const module = defineModule({ name: "wrong", topics, init });
      await using process = await silentProcess([module]);
      await assert.rejects(process.start(), { code });
    });
  }
});

Deno.test("a module that is restarted isn't told again", async () => {
  using logs = new CapturedLogs();
  const clock = new ManualClock();
  let starts = 0;
  const again = Promise.withResolvers<void>();
  const stray = defineModule({
    name: "stray",
    topics: {},
    init(context) {
      context.run(async () => {
        await context.publish("out", 1);
        if (++starts > 1) again.resolve();
        else throw new Error("once");
      });
    },
  });
  await using process = await silentProcess([stray], {
    module: { stray: { "on-failure": "restart" } },
  }, { clock });
  await process.start();
  await clock.wake();
  await again.promise;
  const told = logs.lines.filter((line) => line.includes("publishes on"));
  assert.equal(told.length, 1);
});
