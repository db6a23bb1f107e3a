import assert from "node:assert/strict";
import { type Context, defineModule, type StandardSchema } from "@caryatid/sdk";
import { turnOver } from "@caryatid/sdk/bus";
import type { Process } from "./process.ts";
import { CapturedLogs } from "./testing/captured_logs.ts";
import { ManualClock } from "./testing/manual_clock.ts";
import { module, silentProcess } from "./testing/silent_process.ts";

const LIMIT = { lifecycle: { "stop-deadline": 0.05 } };

/** Notes what it hears, in a list of its own. */
function reader(name: string, heard: unknown[], options = {}) {
  return module(name, (context) => {
    const messages = context.subscribe("work", options);
    context.run(async () => {
      for await (const { message } of messages) heard.push(message);
    });
  });
}

async function started(
  modules: Parameters<typeof silentProcess>[0],
  config = {},
  options = {},
): Promise<Process> {
  const all = { swappable: true, ...options };
  const process = await silentProcess(modules, config, all);
  await process.start();
  return process;
}

async function publishAll(
  context: Context,
  from: number,
  to: number,
): Promise<void> {
  for (let n = from; n < to; n++) await context.publish("work", n);
}

function numbers(to: number): number[] {
  return Array.from({ length: to }, (_, n) => n);
}

for (const [how, options] of [["", {}], [" of a group", { group: "g" }]]) {
  Deno.test(`a swap under load loses, doubles and reorders no message${how}`, async () => {
    const heard: unknown[] = [];
    const process = await started([reader("r", heard, options as object)]);
    const load = publishAll(process.context, 0, 20_000);
    const sizes: number[] = [];
    for (let swap = 0; swap < 5; swap++) {
      await process.swap("r", reader("r", heard, options as object));
      sizes.push(heard.length);
    }
    assert(sizes[0]! < 20_000, "there was load while it was swapped");
    await load;
    await process.stop();
    assert.deepEqual(heard, numbers(20_000));
  });
}

Deno.test("a swap under load loses and doubles no message of a group, however many loops its old and its new code have", async () => {
  const heard: number[] = [];
  const loops = (count: number) =>
    module("r", (context) => {
      const messages = context.subscribe("work", { group: "g" });
      for (let i = 0; i < count; i++) {
        context.run(async () => {
          for await (const { message } of messages) {
            heard.push(message as number);
          }
        });
      }
    });
  const process = await started([loops(2)]);
  const load = publishAll(process.context, 0, 5_000);
  for (const count of [3, 1, 2]) await process.swap("r", loops(count));
  await load;
  await process.stop();
  assert.deepEqual(heard.toSorted((a, b) => a - b), numbers(5_000));
});

Deno.test("a step in hand is finished before the signal fires, and what only waits ends by it", async () => {
  const said: string[] = [];
  const step = Promise.withResolvers<void>();
  const inHand = Promise.withResolvers<void>();
  const old = module("m", (context) => {
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) {
        inHand.resolve();
        await step.promise;
        said.push(`finished ${message}, aborted ${context.signal.aborted}`);
      }
      said.push("loop ended");
    });
    context.run(async () => {
      await context.clock.sleep(3_600_000).catch(() => said.push("woken"));
    });
    context.defer(() => void said.push("cleaned up"));
  });
  const process = await started([old]);
  await publishAll(process.context, 0, 2);
  await inHand.promise;
  const swap = process.swap("m", reader("m", said));
  await turnOver(); // it has begun
  step.resolve();
  await swap;
  await process.stop();
  assert.deepEqual(said, [
    "finished 0, aborted false",
    "loop ended",
    "woken",
    "cleaned up",
    1,
  ]);
});

Deno.test("requests in flight are finished by the old code; those that come meanwhile wait for the new one", async () => {
  const release = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const old = module("m", (context) => {
    context.handle("ask", async () => {
      asked.resolve();
      await release.promise;
      return "old";
    });
  });
  const initialised = Promise.withResolvers<void>();
  const next = module("m", async (context) => {
    await initialised.promise;
    context.handle("ask", () => "new");
  });
  const process = await started([old]);
  const inFlight = process.context.request("ask", 1);
  await asked.promise;
  const swap = process.swap("m", next);
  await turnOver(); // it has begun
  await turnOver();
  release.resolve();
  assert.equal(await inFlight, "old");
  const waiting = [1, 2, 3].map((n) => process.context.request("ask", n));
  initialised.resolve();
  assert.deepEqual(await Promise.all(waiting), ["new", "new", "new"]);
  await swap;
  await process.stop();
});

Deno.test("requests that wait for a handler which the new code doesn't have fail because of NO_HANDLER", async () => {
  const old = module("m", (context) => {
    context.handle("ask", () => "old");
  });
  const initialised = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const next = module("m", async () => {
    begun.resolve();
    await initialised.promise;
  });
  const process = await started([old]);
  const swap = process.swap("m", next);
  await begun.promise;
  const waiting = assert.rejects(process.context.request("ask", 1), {
    code: "HANDLER_FAILED",
    message: /nobody handles it/,
  });
  await turnOver();
  initialised.resolve();
  await Promise.all([swap, waiting]);
  await process.stop();
});

Deno.test("under load every request is answered, by the old code or the new one", async () => {
  const answering = (answer: number, options = {}) =>
    module("m", (context) => {
      context.handle("ask", () => answer, options);
    });
  const process = await started([answering(0)]);
  const asker = (async () => {
    const answers: unknown[] = [];
    while (answers.at(-1) !== 2) {
      answers.push(await process.context.request("ask", null));
    }
    return answers;
  })();
  await process.swap("m", answering(1));
  await process.swap("m", answering(2, { concurrency: 2 }));
  const answers = await asker;
  await process.stop();
  assert.deepEqual(answers, answers.toSorted());
  assert.deepEqual([...new Set(answers)], [0, 1, 2]);
});

Deno.test("what asks the module itself while it is in hand is answered", async () => {
  const inHand = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const old = module("m", (context) => {
    context.handle("outer", async () => {
      inHand.resolve();
      await go.promise;
      return [await context.request("inner", null)];
    });
    context.handle("inner", () => "old");
  });
  const next = module("m", (context) => {
    context.handle("inner", () => "new");
  });
  const process = await started([old]);
  const outer = process.context.request("outer", null);
  await inHand.promise;
  const swap = process.swap("m", next);
  await turnOver(); // it has begun
  await turnOver();
  go.resolve();
  assert.deepEqual(await outer, ["old"]);
  await swap;
  assert.equal(await process.context.request("inner", null), "new");
  await assert.rejects(process.context.request("outer", null), {
    code: "NO_HANDLER",
  });
  await process.stop();
});

/** Wants a text under `key`. */
function wanting(key: string): StandardSchema {
  return {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (section) => {
        const value = (section as Record<string, unknown>)[key];
        return typeof value === "string"
          ? { value: section }
          : { issues: [{ message: "wanted a text", path: [key] }] };
      },
    },
  };
}

Deno.test("a section that the new code doesn't take leaves the old code as it was", async () => {
  const heard: unknown[] = [];
  let aborted = false;
  const old = module("m", (context) => {
    context.signal.addEventListener("abort", () => aborted = true);
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) heard.push(message);
    });
  });
  const strict = defineModule({
    name: "m",
    config: wanting("greeting"),
    init: () => assert.fail("it must not start"),
  });
  const process = await started([old]);
  await assert.rejects(process.swap("m", strict), {
    code: "INVALID_CONFIG",
    message: /module\.m\.greeting/,
  });
  assert(!aborted);
  await publishAll(process.context, 0, 3);
  await process.stop();
  assert.deepEqual(heard, [0, 1, 2]);
});

Deno.test("where init of the new code fails the old code is started again, with what waited", async () => {
  using _logs = new CapturedLogs();
  const heard: unknown[] = [];
  const begun = Promise.withResolvers<void>();
  const fail = Promise.withResolvers<void>();
  const cleaned: string[] = [];
  const broken = module("r", async (context) => {
    context.defer(() => void cleaned.push("cleaned up"));
    context.subscribe("work");
    context.subscribe("else");
    begun.resolve();
    await fail.promise;
    throw new Error("no such table");
  });
  const process = await started([reader("r", heard)]);
  await publishAll(process.context, 0, 10);
  const swap = process.swap("r", broken);
  await begun.promise;
  await publishAll(process.context, 10, 20);
  fail.resolve();
  await assert.rejects(swap, {
    code: "INIT_FAILED",
    message: /"r": no such table/,
  });
  await publishAll(process.context, 20, 30);
  await process.stop();
  assert.deepEqual(heard, numbers(30));
  assert.deepEqual(cleaned, ["cleaned up"]);
});

/** Fails to start the second time. Says on "done" that it has heard 3. */
function moody(heard: unknown[]) {
  let lives = 0;
  return module("m", (context) => {
    if (++lives === 2) throw new Error("not today");
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) {
        heard.push(message);
        if (message === 3) await context.publish("done", null);
      }
    });
  });
}

const broken = module("m", () => {
  throw new Error("broken");
});

Deno.test("where the old code doesn't start again either, on-failure decides", async (t) => {
  using _logs = new CapturedLogs();
  await t.step("fail ends the process", async () => {
    const process = await started([moody([])]);
    const end = process.run();
    await assert.rejects(process.swap("m", broken), { code: "INIT_FAILED" });
    const { exitCode, error } = await end;
    assert.equal(exitCode, 1);
    assert.match(String(error), /"m" failed: .*not today/);
    Deno.exitCode = 0;
  });
  await t.step("restart starts it again later, with what waited", async () => {
    const heard: unknown[] = [];
    const clock = new ManualClock();
    const config = { module: { m: { "on-failure": "restart" } } };
    const process = await started([moody(heard)], config, { clock });
    await assert.rejects(process.swap("m", broken), { code: "INIT_FAILED" });
    await publishAll(process.context, 0, 3);
    const done = process.context.subscribe("done");
    assert.equal(await clock.wake(), 1_000);
    await process.context.publish("work", 3);
    for await (const _ of done) break;
    await process.stop();
    assert.deepEqual(heard, numbers(4));
  });
  await t.step("ignore closes what it had", async () => {
    const config = { module: { m: { "on-failure": "ignore" } } };
    const process = await started([moody([])], config);
    await assert.rejects(process.swap("m", broken), { code: "INIT_FAILED" });
    await publishAll(process.context, 0, 1_000); // no full queue is in the way
    await process.stop();
  });
});

Deno.test("of two swaps at once one follows the other, and the last one stays", async () => {
  const said: string[] = [];
  const version = (name: string) =>
    module("m", (context) => {
      said.push(`${name} starts`);
      context.run(async () => {
        await context.clock.sleep(3_600_000).catch(() => {});
        said.push(`${name} ends`);
      });
    });
  const process = await started([version("a")]);
  await Promise.all([
    process.swap("m", version("b")),
    process.swap("m", version("c")),
  ]);
  await process.stop();
  assert.deepEqual(said, [
    "a starts",
    "a ends",
    "b starts",
    "b ends",
    "c starts",
    "c ends",
  ]);
});

Deno.test("a module that waits for its restart is started at once with the new code", async () => {
  using logs = new CapturedLogs();
  const heard: unknown[] = [];
  const failing = module("m", (context) => {
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const _ of messages) throw new Error("at the first");
    });
  });
  const config = { module: { m: { "on-failure": "restart" } } };
  const process = await started([failing], config, {
    clock: new ManualClock(),
  });
  await publishAll(process.context, 0, 3);
  await logs.until("caryatid.m", 2);
  await process.swap("m", reader("m", heard));
  await publishAll(process.context, 3, 5);
  await process.stop();
  assert.deepEqual(heard, [1, 2, 3, 4]);
});

Deno.test("a swap is refused with ABORTED once the process stops, and stop waits for one that has begun", async () => {
  const heard: unknown[] = [];
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const slow = module("r", async (context) => {
    begun.resolve();
    await go.promise;
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) heard.push(message);
    });
  });
  const process = await started([reader("r", heard)]);
  const swap = process.swap("r", slow);
  const after = assert.rejects(process.swap("r", slow), { code: "ABORTED" });
  await begun.promise;
  await publishAll(process.context, 0, 5);
  const stop = process.stop();
  await assert.rejects(process.swap("r", slow), { code: "ABORTED" });
  go.resolve();
  await Promise.all([swap, after, stop]);
  assert.deepEqual(heard, numbers(5));
});

Deno.test("a swap whose init doesn't end is ABORTED at the stop deadline", async () => {
  const begun = Promise.withResolvers<void>();
  const hanging = module("m", () => {
    begun.resolve();
    return new Promise<void>(() => {});
  });
  const process = await started([reader("m", [])], LIMIT);
  const swap = process.swap("m", hanging);
  const rejected = assert.rejects(swap, { code: "ABORTED" });
  await begun.promise;
  await process.stop();
  await rejected;
});

Deno.test("a swap may bring the same code with another section", async () => {
  const said: unknown[] = [];
  const talker = defineModule({
    name: "talker",
    config: wanting("say"),
    init: (_, section) => void said.push((section as { say: string }).say),
  });
  const process = await started([talker], { module: { talker: { say: "a" } } });
  await process.swap("talker", talker, {
    config: { module: { talker: { say: "b" } } },
  });
  await assert.rejects(
    process.swap("talker", talker, { config: { module: { talker: {} } } }),
    { code: "INVALID_CONFIG" },
  );
  await process.stop();
  assert.deepEqual(said, ["a", "b"]);
});

Deno.test("what the new code doesn't subscribe to any more is closed, and what waited there is told", async () => {
  using logs = new CapturedLogs();
  const old = module("m", (context) => {
    context.subscribe("work", { queueSize: 5 });
  });
  const process = await started([old], { log: { level: "warn" } });
  await publishAll(process.context, 0, 3);
  await process.swap("m", module("m", () => {}));
  await publishAll(process.context, 3, 100); // nobody's queue is full
  await process.stop();
  assert.deepEqual(
    logs.lines.filter((line) => /dropped/.test(line)),
    [
      'caryatid.m: dropped 3 messages that waited on "work": ' +
      "it is no longer subscribed to, or not in the same way",
    ],
  );
});

Deno.test("old code that closes at its end what it opened costs nothing", async () => {
  const heard: unknown[] = [];
  const tidy = module("m", (context) => {
    const messages = context.subscribe("work");
    const handling = context.handle("ask", () => "old");
    context.run(async () => {
      for await (const { message } of messages) heard.push(message);
      await messages.close();
      await handling.close();
    });
  });
  const next = module("m", (context) => {
    context.handle("ask", () => "new");
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) heard.push(message);
    });
  });
  const process = await started([tidy]);
  const load = publishAll(process.context, 0, 5_000);
  const swap = process.swap("m", next);
  const answer = await process.context.request("ask", null);
  assert(answer === "old" || answer === "new");
  await Promise.all([load, swap]);
  await process.stop();
  assert.deepEqual(heard, numbers(5_000));
});

Deno.test("a step that isn't over at the stop deadline is left alone, and the new code goes on with the next message", async () => {
  using logs = new CapturedLogs();
  const heard: unknown[] = [];
  const never = Promise.withResolvers<void>();
  const inHand = Promise.withResolvers<void>();
  const stuck = module("m", (context) => {
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) {
        inHand.resolve();
        await never.promise;
        heard.push(`late ${message}`);
      }
    });
  });
  const process = await started([stuck], {
    ...LIMIT,
    log: { level: "warn" },
  });
  await publishAll(process.context, 0, 3);
  await inHand.promise;
  await process.swap("m", reader("m", heard));
  await publishAll(process.context, 3, 4);
  never.resolve();
  await process.stop();
  assert.deepEqual(heard.toSorted(), [1, 2, 3, "late 0"]);
  assert(logs.lines.some((line) => /still at work/.test(line)));
});

Deno.test("what a step in hand fails with during a swap is told, and in a group its message comes again", async () => {
  using logs = new CapturedLogs();
  const heard: unknown[] = [];
  const inHand = Promise.withResolvers<void>();
  const fail = Promise.withResolvers<void>();
  const failing = module("m", (context) => {
    const messages = context.subscribe("work", { group: "g" });
    context.run(async () => {
      for await (const _ of messages) {
        inHand.resolve();
        await fail.promise;
      }
    });
  });
  const process = await started([failing], {
    module: { m: { "on-failure": "restart" } },
  });
  await publishAll(process.context, 0, 3);
  await inHand.promise;
  const swap = process.swap("m", reader("m", heard, { group: "g" }));
  await turnOver(); // it has begun
  fail.reject(new Error("in the middle"));
  await swap;
  await process.stop();
  assert.deepEqual(heard, [0, 1, 2]);
  assert(logs.lines.some((line) => /MODULE_FAILED.*in the middle/.test(line)));
});

Deno.test("what can't be swapped is refused, and says why", async () => {
  const code = reader("m", []);
  const fixed = await silentProcess([code]);
  await fixed.start();
  await assert.rejects(fixed.swap("m", code), {
    code: "INVALID_OPTION",
    hint: /swappable: true/,
  });
  await fixed.stop();
  const process = await silentProcess([code], {}, { swappable: true });
  await assert.rejects(process.swap("m", code), {
    code: "INVALID_OPTION",
    message: /was not started/,
  });
  await process.start();
  await assert.rejects(process.swap("x", code), {
    code: "INVALID_OPTION",
    message: /"x": found no such module, wanted one of m/,
  });
  await assert.rejects(process.swap("m", {} as never), {
    code: "WRONG_EXPORT",
  });
  await process.stop();
});

Deno.test("a failed request that nobody waits for is an uncaught error where code may be swapped, too", async () => {
  const uncaught = Promise.withResolvers<{ code?: string }>();
  const hear = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    uncaught.resolve(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", hear);
  const careless = module("careless", (context) => {
    context.run(() => {
      void context.request("nobody", 1);
      return Promise.resolve();
    });
  });
  const process = await started([careless]);
  try {
    assert.equal((await uncaught.promise).code, "NO_HANDLER");
  } finally {
    globalThis.removeEventListener("unhandledrejection", hear);
    await process.stop();
  }
});
