import assert from "node:assert/strict";
import type { Process } from "../process.ts";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { module, silentProcess } from "../testing/silent_process.ts";

Deno.test("D5 stop finishes queued messages and those in flight, through every module on the way", async () => {
  const done: number[] = [];
  const relay = module("relay", (context) => {
    const input = context.subscribe("in");
    context.run(async () => {
      for await (const { message } of input) {
        await context.publish("out", message);
      }
    });
  });
  const sink = module("sink", (context) => {
    const output = context.subscribe("out", { queueSize: 5 });
    context.run(async () => {
      for await (const { message } of output) {
        await new Promise((resolve) => setImmediate(resolve)); // slow
        done.push(message as number);
      }
    });
  });
  const process = await silentProcess([relay, sink]);
  await process.start();
  for (let n = 0; n < 50; n++) await process.context.publish("in", n);
  await process.stop();
  assert.deepEqual(done, Array.from({ length: 50 }, (_, n) => n));
});

Deno.test("D5 all messages of a producer that ends when its signal fires are delivered", async () => {
  let sent = 0;
  let received = 0;
  const producer = module("producer", (context) => {
    context.run(async () => {
      while (!context.signal.aborted) {
        await context.publish("work", sent);
        sent++;
      }
    });
  });
  const begun = Promise.withResolvers<void>();
  const consumer = module("consumer", (context) => {
    const work = context.subscribe("work");
    context.run(async () => {
      for await (const _ of work) if (++received === 1_000) begun.resolve();
    });
  });
  const process = await silentProcess([producer, consumer]);
  await process.start();
  await begun.promise;
  await process.stop();
  assert.equal(received, sent);
});

Deno.test("D5 at the stop deadline, stop rejects with DRAIN_TIMEOUT and names the modules that still run", async () => {
  const stuck = module("stuck", (context) => {
    context.run(() => new Promise(() => {}));
  });
  const fine = module("fine", () => {});
  const process = await silentProcess([stuck, fine], {
    lifecycle: { "stop-deadline": 0.05 },
  });
  await process.start();
  await assert.rejects(process.stop(), {
    code: "DRAIN_TIMEOUT",
    message: /still running after 0\.05 s: stuck$/,
  });
  await assert.rejects(process.context.publish("x", 1), { code: "BUS_CLOSED" });
});

Deno.test("a stop wakes a module that sleeps on its clock with ABORTED, which is not a failure", async () => {
  let reason: unknown;
  const sleeper = module("sleeper", (context) => {
    context.run(() =>
      context.clock.sleep(3_600_000).catch((error) => {
        reason = error.code;
        throw error;
      })
    );
  });
  const process = await silentProcess([sleeper]);
  await process.start();
  await process.stop();
  assert.equal(reason, "ABORTED");
});

Deno.test("D9 a second stop returns the result of the first", async () => {
  const process = await silentProcess([]);
  await process.start();
  assert.equal(process.stop(), process.stop());
  await process.stop();
});

Deno.test("D9 stop before start releases everything, and start then rejects with ABORTED", async () => {
  const process = await silentProcess([module("never", () => assert.fail())]);
  await process.stop();
  await assert.rejects(process.start(), { code: "ABORTED" });
});

Deno.test("D9 stop during start rejects the start with ABORTED", async () => {
  const begun = Promise.withResolvers<void>();
  const slow = module("slow", () => {
    begun.resolve();
    return new Promise(() => {});
  });
  const process = await silentProcess([slow]);
  const starting = process.start();
  await begun.promise;
  await Promise.all([
    assert.rejects(starting, { code: "ABORTED" }),
    process.stop(),
  ]);
});

Deno.test("D9 stop does not wait for a handler that awaits it, but for all others", async () => {
  const held: { process?: Process } = {};
  const finished: string[] = [];
  const asked = Promise.withResolvers<void>();
  const stopper = module("stopper", (context) => {
    context.handle("slow", async () => {
      asked.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      finished.push("slow");
      return true;
    });
    context.handle("stop", async () => {
      await held.process!.stop();
      finished.push("stop");
      return true;
    });
  });
  const process = held.process = await silentProcess([stopper]);
  await process.start();
  const slow = process.context.request("slow", null);
  await asked.promise;
  const stop = process.context.request("stop", null);
  assert.equal(await slow, true);
  await assert.rejects(stop, { code: "BUS_CLOSED" });
  await process.stop();
  assert.deepEqual(finished.sort(), ["slow", "stop"]);
});

Deno.test("B15 requests without an answer reject with BUS_CLOSED when the process stops", async () => {
  const deaf = module("deaf", (context) => {
    context.handle("deaf", () => new Promise(() => {}));
  });
  const process = await silentProcess([deaf], {
    lifecycle: { "stop-deadline": 0.05 },
  });
  await process.start();
  const asked = assert.rejects(process.context.request("deaf", null), {
    code: "BUS_CLOSED",
  });
  await assert.rejects(process.stop(), { code: "DRAIN_TIMEOUT" });
  await asked;
});

Deno.test("the ABORTED of a task of process.context at a stop is not a failure, another error is", async () => {
  const sleeping = await silentProcess([]);
  sleeping.context.run(() => sleeping.context.clock.sleep(60_000));
  const quiet = sleeping.run();
  await sleeping.start();
  await sleeping.stop();
  assert.deepEqual(await quiet, { exitCode: 0, error: undefined });

  using _logs = new CapturedLogs();
  const failing = await silentProcess([]);
  const error = new Error("not the stop");
  failing.context.run(async () => {
    await failing.context.clock.sleep(60_000).catch(() => {});
    throw error;
  });
  const loud = failing.run();
  await failing.start();
  await failing.stop();
  assert.deepEqual(await loud, { exitCode: 1, error });
  Deno.exitCode = 0;
});

Deno.test("D9 a handler of consume may await stop: it is not waited for", async () => {
  const held: { process?: Process } = {};
  const stopper = module("stopper", (context) => {
    context.consume("stop", () => held.process!.stop());
  });
  const process = held.process = await silentProcess([stopper], {
    lifecycle: { "stop-deadline": 5 },
  });
  await process.start();
  await process.context.publish("stop", null);
  const start = performance.now();
  await process.stop();
  assert(performance.now() - start < 4_000);
});
