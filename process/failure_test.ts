import assert from "node:assert/strict";
import { type Context, defineModule } from "@caryatid/sdk";
import { defineBus } from "@caryatid/sdk/bus";
import { InMemoryBus } from "./buses/in_memory.ts";
import { CapturedLogs } from "./testing/captured_logs.ts";
import { ManualClock } from "./testing/manual_clock.ts";
import { module, silentProcess } from "./testing/silent_process.ts";

/** Fails at its third message, in its first life. */
function fragile(lives: string[][], options = {}) {
  return module("fragile", (context: Context) => {
    const life: string[] = [];
    lives.push(life);
    const heard = context.subscribe("work", options);
    context.run(async () => {
      for await (const { message } of heard) {
        life.push(String(message));
        if (message === 3 && lives.length === 1) throw new Error("third");
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

Deno.test("D3 restart: after a failure at message 3 of 5, the next life gets 4 and 5 once", async () => {
  using _logs = new CapturedLogs();
  const clock = new ManualClock();
  const lives: string[][] = [];
  const process = await silentProcess([fragile(lives)], {
    module: { fragile: { "on-failure": "restart" } },
  }, { clock });
  await process.start();
  const done = process.context.subscribe("done");
  await publishFive(process.context);
  assert.equal(await clock.wake(), 1_000);
  await firstOf(done);
  await process.stop();
  assert.deepEqual(lives, [["1", "2", "3"], ["4", "5"]]);
});

Deno.test("D3 restart: in a group, what was in hand is given out again", async () => {
  using _logs = new CapturedLogs();
  const clock = new ManualClock();
  const lives: string[][] = [];
  const process = await silentProcess([fragile(lives, { group: "g" })], {
    module: { fragile: { "on-failure": "restart" } },
  }, { clock });
  await process.start();
  const done = process.context.subscribe("done");
  await publishFive(process.context);
  await clock.wake();
  await firstOf(done);
  await process.stop();
  assert.deepEqual(lives, [["1", "2", "3"], ["3", "4", "5"]]);
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

Deno.test("D3 restart: who sets the time of day makes no wait shorter", async () => {
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

Deno.test("D3 restart: where the bus doesn't let the module keep its place in a group, the process ends", async () => {
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

Deno.test("D3 restart: an init that hangs is given up at the start deadline, and tried again", async () => {
  using logs = new CapturedLogs();
  const clock = new ManualClock();
  let lives = 0;
  const moody = module("moody", async (context) => {
    if (++lives === 2) await new Promise(() => {});
    context.run(async () => {
      if (lives === 1) throw new Error("the first");
      await context.publish("done", lives);
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

Deno.test("D3 restart: the loops of the failed life end, also those that were waiting", async () => {
  using _logs = new CapturedLogs();
  const clock = new ManualClock();
  const ended: string[] = [];
  let life = 0;
  const twoLoops = module("two-loops", (context) => {
    const mine = ++life;
    const a = context.subscribe("a");
    const b = context.subscribe("b");
    context.run(async () => {
      for await (const _ of a) throw new Error("a");
    });
    context.run(async () => {
      for await (const { message } of b) {
        ended.push(`life ${mine} got ${message}`);
        await context.publish("seen", null);
      }
      ended.push(`life ${mine} ended`);
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
  assert.deepEqual(ended, ["life 1 ended", "life 2 got x", "life 2 ended"]);
});

Deno.test("D3 ignore: the process and the module's other loops go on", async () => {
  using logs = new CapturedLogs();
  const heard: unknown[] = [];
  const half = module("half", (context) => {
    const messages = context.subscribe("work");
    context.run(() => Promise.reject(new Error("one of two")));
    context.run(async () => {
      for await (const { message } of messages) heard.push(message);
    });
  });
  const process = await silentProcess([half], {
    module: { half: { "on-failure": "ignore" } },
  });
  await process.start();
  await publishFive(process.context);
  await process.stop();
  assert.deepEqual(heard, [1, 2, 3, 4, 5]);
  assert(logs.lines.some((line) => /MODULE_FAILED.*one of two/.test(line)));
});

Deno.test("D3 fail: the process drains and stops, naming the module; other modules lose nothing", async () => {
  using logs = new CapturedLogs();
  const heard: unknown[] = [];
  const other = module("other", (context) => {
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) heard.push(message);
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
  assert.deepEqual(heard, [1, 2, 3, 4, 5]);
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
