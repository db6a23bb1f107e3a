import assert from "node:assert/strict";
import { type Context, defineModule } from "@caryatid/sdk";
import { defineBus, InMemoryBus } from "@caryatid/sdk/bus";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { module, silentProcess } from "../testing/silent_process.ts";

/** Fails at its third message, in its first run. */
function fragile(runs: string[][], options = {}) {
  return module("fragile", (context: Context) => {
    const run: string[] = [];
    runs.push(run);
    const work = context.subscribe("work", options);
    context.run(async () => {
      for await (const { message } of work) {
        run.push(String(message));
        if (message === 3 && runs.length === 1) throw new Error("third");
        if (message === 5) await context.publish("done", null);
      }
    });
  });
}

async function publishFive(context: Context): Promise<void> {
  for (const n of [1, 2, 3, 4, 5]) await context.publish("work", n);
}

async function firstOf(messages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of messages) return;
}

Deno.test("D3 restart: after a failure at message 3 of 5, the restarted module receives 4 and 5 once", async () => {
  using _logs = new CapturedLogs();
  const clock = new ManualClock();
  const runs: string[][] = [];
  const process = await silentProcess([fragile(runs)], {
    module: { fragile: { "on-failure": "restart" } },
  }, { clock });
  await process.start();
  const done = process.context.subscribe("done");
  await publishFive(process.context);
  assert.equal(await clock.wake(), 1_000);
  await firstOf(done);
  await process.stop();
  assert.deepEqual(runs, [["1", "2", "3"], ["4", "5"]]);
});

Deno.test("D3 restart: in a group, the message in flight is redelivered", async () => {
  using _logs = new CapturedLogs();
  const clock = new ManualClock();
  const runs: string[][] = [];
  const process = await silentProcess([fragile(runs, { group: "g" })], {
    module: { fragile: { "on-failure": "restart" } },
  }, { clock });
  await process.start();
  const done = process.context.subscribe("done");
  await publishFive(process.context);
  await clock.wake();
  await firstOf(done);
  await process.stop();
  assert.deepEqual(runs, [["1", "2", "3"], ["3", "4", "5"]]);
});

Deno.test("D3 restart: waits 1, 2, 4 … 30 s, and again 1 s after a minute without failure", async () => {
  using _logs = new CapturedLogs();
  const clock = new ManualClock();
  const gate = { fail: true };
  const begun = { resolve: () => {} };
  const flaky = module("flaky", (context) => {
    const fail = context.subscribe("fail");
    context.run(async () => {
      if (gate.fail) throw new Error("flaky");
      begun.resolve();
      for await (const _ of fail) throw new Error("again");
    });
  });
  const process = await silentProcess([flaky], {
    module: { flaky: { "on-failure": "restart" } },
  }, { clock });
  await process.start();
  const waits: number[] = [];
  while (waits.length < 7) {
    waits.push(await clock.wake() / 1000);
    if (waits.length === 6) gate.fail = false;
    if (waits.length === 6) {
      await new Promise<void>((resolve) => begun.resolve = resolve);
      clock.time += 60_000;
      await process.context.publish("fail", null);
    }
  }
  await process.stop();
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 30, 1]);
});

Deno.test("D3 restart: a change of the system clock shortens no wait", async () => {
  using _logs = new CapturedLogs();
  const clock = new ManualClock();
  const flaky = module("flaky", (context) => {
    const fail = context.subscribe("fail");
    context.run(async () => {
      clock.ahead += 3_600_000;
      for await (const _ of fail) throw new Error("flaky");
    });
  });
  const process = await silentProcess([flaky], {
    module: { flaky: { "on-failure": "restart" } },
  }, { clock });
  await process.start();
  const waits: number[] = [];
  while (waits.length < 4) {
    await process.context.publish("fail", null);
    waits.push(await clock.wake() / 1000);
  }
  await process.stop();
  assert.deepEqual(waits, [1, 2, 4, 8]);
});

Deno.test("D3 restart: the process ends if the bus does not keep the place of the module in a group", async () => {
  using logs = new CapturedLogs();
  const bus = new InMemoryBus();
  const subscribe = bus.subscribe.bind(bus);
  let opened = 0;
  bus.subscribe = (pattern, options) => {
    const subscription = subscribe(pattern, options);
    if (++opened === 1) return subscription;
    const ready = Promise.reject(new Error("no more members"));
    ready.catch(() => {});
    return Object.defineProperty(subscription, "ready", { value: ready });
  };
  const process = await silentProcess([fragile([], { group: "g" })], {
    module: { fragile: { "on-failure": "restart" } },
    "message-bus": { small: { class: "small" } },
  }, { buses: [defineBus({ name: "small", create: () => bus })] });
  const ended = process.run();
  await process.start();
  await publishFive(process.context);
  const { exitCode } = await ended;
  Deno.exitCode = 0;
  assert.equal(exitCode, 1);
  assert.match(logs.lines.join("\n"), /MODULE_FAILED.*no more members/);
});

Deno.test("D3 restart: an init that hangs is stopped at the start deadline and tried again", async () => {
  using logs = new CapturedLogs();
  const clock = new ManualClock();
  let runs = 0;
  const moody = module("moody", async (context) => {
    if (++runs === 2) await new Promise(() => {});
    context.run(async () => {
      if (runs === 1) throw new Error("the first");
      await context.publish("done", runs);
    });
  });
  const process = await silentProcess([moody], {
    module: { moody: { "on-failure": "restart" } },
    lifecycle: { "start-deadline": 0.05 },
  }, { clock });
  const done = process.context.subscribe("done");
  await process.start();
  assert.equal(await clock.wake(), 1_000);
  assert.equal(await clock.wake(), 2_000);
  await firstOf(done);
  await process.stop();
  assert.match(logs.lines.join("\n"), /INIT_FAILED.*not done 0\.05 s after/);
});

Deno.test("D3 restart: the loops of the failed run end, also those that were waiting", async () => {
  using _logs = new CapturedLogs();
  const clock = new ManualClock();
  const ended: string[] = [];
  let run = 0;
  const twoLoops = module("two-loops", (context) => {
    const mine = ++run;
    const a = context.subscribe("a");
    const b = context.subscribe("b");
    context.run(async () => {
      for await (const _ of a) throw new Error("a");
    });
    context.run(async () => {
      for await (const { message } of b) {
        ended.push(`run ${mine} got ${message}`);
        await context.publish("seen", null);
      }
      ended.push(`run ${mine} ended`);
    });
  });
  const process = await silentProcess([twoLoops], {
    module: { "two-loops": { "on-failure": "restart" } },
  }, { clock });
  await process.start();
  const seen = process.context.subscribe("seen");
  await process.context.publish("a", null);
  await clock.wake();
  await process.context.publish("b", "x");
  await firstOf(seen);
  await process.stop();
  assert.deepEqual(ended, ["run 1 ended", "run 2 got x", "run 2 ended"]);
});

Deno.test("D3 ignore: the process and the other loops of the module keep running", async () => {
  using logs = new CapturedLogs();
  const received: unknown[] = [];
  const half = module("half", (context) => {
    const messages = context.subscribe("work");
    context.run(() => Promise.reject(new Error("one of two")));
    context.run(async () => {
      for await (const { message } of messages) received.push(message);
    });
  });
  const process = await silentProcess([half], {
    module: { half: { "on-failure": "ignore" } },
  });
  await process.start();
  await publishFive(process.context);
  await process.stop();
  assert.deepEqual(received, [1, 2, 3, 4, 5]);
  assert(logs.lines.some((line) => /MODULE_FAILED.*one of two/.test(line)));
});

Deno.test("D3 fail: the process drains and stops, naming the module; other modules lose nothing", async () => {
  using logs = new CapturedLogs();
  const received: unknown[] = [];
  const other = module("other", (context) => {
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) received.push(message);
    });
  });
  const process = await silentProcess([fragile([]), other]);
  await process.start();
  await publishFive(process.context);
  const stopping = process.context.signal;
  if (!stopping.aborted) {
    await new Promise((resolve) => stopping.addEventListener("abort", resolve));
  }
  await process.stop();
  assert.deepEqual(received, [1, 2, 3, 4, 5]);
  assert(
    logs.lines.some((line) =>
      /caryatid\.fragile: \[MODULE_FAILED\] Module "fragile" failed: third/
        .test(line)
    ),
  );
});

Deno.test("a handler that throws fails its request, not its module", async () => {
  const { z } = await import("zod");
  const { defineTopic } = await import("@caryatid/sdk");
  const question = defineTopic("square", z.number(), { answer: z.number() });
  const square = defineModule({
    name: "square",
    init(context) {
      context.handle(question, ({ message }) => {
        if (message < 0) throw new RangeError("negative");
        return message * message;
      });
    },
  });
  await using process = await silentProcess([square]);
  await process.start();
  const { context } = process;
  await assert.rejects(context.request(question, -1), {
    code: "HANDLER_FAILED",
    cause: { code: "RangeError", message: "negative" },
  });
  await assert.rejects(context.request("square", "text"), {
    code: "HANDLER_FAILED",
    message: /INVALID_MESSAGE/,
  });
  assert.equal(await context.request(question, 4), 16);
});

Deno.test("A13 a module that waits for its restart makes no publisher wait, and its full queue drops the newest", async () => {
  using logs = new CapturedLogs();
  const clock = new ManualClock();
  const received: unknown[] = [];
  const down = module("down", (context) => {
    const work = context.subscribe("work", { queueSize: 3 });
    context.run(async () => {
      for await (const { message } of work) {
        if (message === "fail") throw new Error("down");
        received.push(message);
        if (message === 3) await context.publish("done", null);
      }
    });
  });
  const process = await silentProcess([down], {
    module: { down: { "on-failure": "restart" } },
    log: { level: "warn" },
  }, { clock });
  await process.start();
  const done = process.context.subscribe("done");
  await process.context.publish("work", "fail");
  await clock.waits(); // the backoff has begun, so the module is down
  for (let n = 1; n <= 100; n++) await process.context.publish("work", n);
  assert.equal(await clock.wake(), 1_000);
  await firstOf(done);
  await process.stop();
  assert.deepEqual(received, [1, 2, 3]);
  const warnings = logs.lines.filter((line) => line.includes("drop"));
  assert.equal(warnings.length, 1, warnings.join("\n"));
});

Deno.test('A13 with while-down = "wait" a full queue of a module that is down makes publishers wait', async () => {
  using _logs = new CapturedLogs();
  const clock = new ManualClock();
  const down = module("down", (context) => {
    const work = context.subscribe("work", { queueSize: 1 });
    context.run(async () => {
      for await (const { message } of work) {
        if (message === "fail") throw new Error("down");
        await context.publish("done", null);
      }
    });
  });
  const process = await silentProcess([down], {
    module: { down: { "on-failure": "restart", "while-down": "wait" } },
  }, { clock });
  await process.start();
  const done = process.context.subscribe("done");
  await process.context.publish("work", "fail");
  await clock.waits();
  await process.context.publish("work", 1);
  await assert.rejects(
    process.context.publish("work", 2, { timeout: 20 }),
    { code: "OVERFLOW" },
  );
  await clock.wake();
  await firstOf(done);
  await process.stop();
});
