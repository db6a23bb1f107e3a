import assert from "node:assert/strict";
import type { Context } from "@caryatid/sdk";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { module, silentProcess } from "../testing/silent_process.ts";

Deno.test("a stop awaits deferred clean-ups after the tasks, the last one first", async () => {
  const order: string[] = [];
  const cleaned = (name: string) => async (context: Context) => {
    context.defer(() => void order.push(`${name} is cleaned up`));
    context.run(async () => {
      await context.clock.sleep(60_000).catch(() => {});
      order.push(`${name} ends`);
    });
    await Promise.resolve();
  };
  const process = await silentProcess([
    module("one", cleaned("one")),
    module("two", cleaned("two")),
  ]);
  process.context.defer(() => void order.push("all is over"));
  await process.start();
  await process.stop();
  assert.deepEqual(order.filter((line) => !line.endsWith("ends")), [
    "two is cleaned up",
    "one is cleaned up",
    "all is over",
  ]);
  for (const name of ["one", "two"]) {
    assert(
      order.indexOf(`${name} ends`) < order.indexOf(`${name} is cleaned up`),
    );
  }
});

Deno.test("a failed start awaits deferred clean-ups, although no task has begun", async () => {
  const cleaned = Promise.withResolvers<void>();
  let isClean = false;
  const first = module("first", (context) => {
    context.run(() => assert.fail("it began"));
    context.defer(async () => {
      await cleaned.promise;
      isClean = true;
    });
  });
  const broken = module("broken", () => {
    cleaned.resolve();
    throw new Error("not today");
  });
  const process = await silentProcess([first, broken]);
  await assert.rejects(process.start(), { code: "INIT_FAILED" });
  assert(isClean);
});

Deno.test("a failed module is cleaned up before it is restarted", async () => {
  using _logs = new CapturedLogs();
  const order: string[] = [];
  const again = Promise.withResolvers<void>();
  const fragile = module("fragile", (context) => {
    order.push("init");
    context.defer(() => void order.push("clean"));
    context.run(() => {
      if (order.length > 1) return Promise.resolve(again.resolve());
      return Promise.reject(new Error("once"));
    });
  });
  const clock = new ManualClock();
  await using process = await silentProcess([fragile], {
    module: { fragile: { "on-failure": "restart" } },
  }, { clock });
  await process.start();
  await clock.wake();
  await again.promise;
  assert.deepEqual(order, ["init", "clean", "init"]);
});

Deno.test("deferred clean-ups run for a module that misses the stop deadline", async () => {
  const released = Promise.withResolvers<void>();
  let isClean = false;
  const late = module("late", (context) => {
    context.defer(() => void (isClean = true));
    context.run(() => released.promise);
  });
  const process = await silentProcess([late], {
    lifecycle: { "stop-deadline": 0.05 },
  });
  await process.start();
  await assert.rejects(process.stop(), { code: "DRAIN_TIMEOUT" });
  assert(isClean);
  released.resolve();
});

Deno.test("an error of a clean-up is logged, and the stop continues", async () => {
  using logs = new CapturedLogs();
  const process = await silentProcess([
    module("clumsy", (context) => {
      context.defer(() => {
        throw new Error("it was gone already");
      });
    }),
  ], { log: { level: "warn" } });
  await process.start();
  await process.stop();
  assert(logs.lines.some((line) => line.includes("it was gone already")));
});
