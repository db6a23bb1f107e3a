import assert from "node:assert/strict";
import { type Context, defineModule, type StandardSchema } from "@caryatid/sdk";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import type { Process } from "../process.ts";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { module, silentProcess } from "../testing/silent_process.ts";

const LIMIT = { lifecycle: { "stop-deadline": 0.25 } };

/** Collects the messages that it receives in a separate list. */
function reader(name: string, received: unknown[], options = {}) {
  return module(name, (context) => {
    const messages = context.subscribe("work", options);
    context.run(async () => {
      for await (const { message } of messages) received.push(message);
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
    const received: unknown[] = [];
    const process = await started([reader("r", received, options as object)]);
    const load = publishAll(process.context, 0, 20_000);
    const sizes: number[] = [];
    for (let swap = 0; swap < 5; swap++) {
      await process.swap("r", reader("r", received, options as object));
      sizes.push(received.length);
    }
    assert(sizes[0]! < 20_000, "there was load while it was swapped");
    await load;
    await process.stop();
    assert.deepEqual(received, numbers(20_000));
  });
}

Deno.test("a swap under load loses and doubles no message of a group, however many loops its old and its new code have", async () => {
  const received: number[] = [];
  const loops = (count: number) =>
    module("r", (context) => {
      const messages = context.subscribe("work", { group: "g" });
      for (let i = 0; i < count; i++) {
        context.run(async () => {
          for await (const { message } of messages) {
            received.push(message as number);
          }
        });
      }
    });
  const process = await started([loops(2)]);
  const load = publishAll(process.context, 0, 5_000);
  for (const count of [3, 1, 2]) await process.swap("r", loops(count));
  await load;
  await process.stop();
  assert.deepEqual(received.toSorted((a, b) => a - b), numbers(5_000));
});

Deno.test("a running step finishes before the signal fires, which ends waiting ones", async () => {
  const said: string[] = [];
  const step = Promise.withResolvers<void>();
  const inFlight = Promise.withResolvers<void>();
  const old = module("m", (context) => {
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) {
        inFlight.resolve();
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
  await inFlight.promise;
  const swap = process.swap("m", reader("m", said));
  await yieldToEventLoop(); // it has begun
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
  const initialized = Promise.withResolvers<void>();
  const next = module("m", async (context) => {
    await initialized.promise;
    context.handle("ask", () => "new");
  });
  const process = await started([old]);
  const inFlight = process.context.request("ask", 1);
  await asked.promise;
  const swap = process.swap("m", next);
  await yieldToEventLoop(); // it has begun
  await yieldToEventLoop();
  release.resolve();
  assert.equal(await inFlight, "old");
  const waiting = [1, 2, 3].map((n) => process.context.request("ask", n));
  initialized.resolve();
  assert.deepEqual(await Promise.all(waiting), ["new", "new", "new"]);
  await swap;
  await process.stop();
});

Deno.test("waiting requests reject with NO_HANDLER if the new code lacks the handler", async () => {
  const old = module("m", (context) => {
    context.handle("ask", () => "old");
  });
  const initialized = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const next = module("m", async () => {
    begun.resolve();
    await initialized.promise;
  });
  const process = await started([old]);
  const swap = process.swap("m", next);
  await begun.promise;
  const waiting = assert.rejects(process.context.request("ask", 1), {
    code: "HANDLER_FAILED",
    message: /it has no handler/,
  });
  await yieldToEventLoop();
  initialized.resolve();
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

Deno.test("a request to the module itself during a running step is answered", async () => {
  const inFlight = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const old = module("m", (context) => {
    context.handle("outer", async () => {
      inFlight.resolve();
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
  await inFlight.promise;
  const swap = process.swap("m", next);
  await yieldToEventLoop(); // it has begun
  await yieldToEventLoop();
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
          : { issues: [{ message: "expected a text", path: [key] }] };
      },
    },
  };
}

Deno.test("the old code continues if the new code refuses the section", async () => {
  const received: unknown[] = [];
  let aborted = false;
  const old = module("m", (context) => {
    context.signal.addEventListener("abort", () => aborted = true);
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) received.push(message);
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
  assert.deepEqual(received, [0, 1, 2]);
});

Deno.test("the old code is started again with the queued messages if init of the new code fails", async () => {
  using _logs = new CapturedLogs();
  const received: unknown[] = [];
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
  const process = await started([reader("r", received)]);
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
  assert.deepEqual(received, numbers(30));
  assert.deepEqual(cleaned, ["cleaned up"]);
});

/** Fails to start the second time. Publishes "done" after 3 messages. */
function moody(received: unknown[]) {
  let inits = 0;
  return module("m", (context) => {
    if (++inits === 2) throw new Error("not today");
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) {
        received.push(message);
        if (message === 3) await context.publish("done", null);
      }
    });
  });
}

const broken = module("m", () => {
  throw new Error("broken");
});

Deno.test("on-failure applies if the old code does not start again either", async (t) => {
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
  await t.step(
    "restart starts it again later, with the messages that waited",
    async () => {
      const received: unknown[] = [];
      const clock = new ManualClock();
      const config = { module: { m: { "on-failure": "restart" } } };
      const process = await started([moody(received)], config, { clock });
      await assert.rejects(process.swap("m", broken), { code: "INIT_FAILED" });
      await publishAll(process.context, 0, 3);
      const done = process.context.subscribe("done");
      assert.equal(await clock.wake(), 1_000);
      await process.context.publish("work", 3);
      for await (const _ of done) break;
      await process.stop();
      assert.deepEqual(received, numbers(4));
    },
  );
  await t.step("ignore closes its subscriptions and handlings", async () => {
    const config = { module: { m: { "on-failure": "ignore" } } };
    const process = await started([moody([])], config);
    await assert.rejects(process.swap("m", broken), { code: "INIT_FAILED" });
    await publishAll(process.context, 0, 1_000); // no full queue is in the way
    await process.stop();
  });
});

Deno.test("two swaps at once run one after the other, and the last one counts", async () => {
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
  const received: unknown[] = [];
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
  await process.swap("m", reader("m", received));
  await publishAll(process.context, 3, 5);
  await process.stop();
  assert.deepEqual(received, [1, 2, 3, 4]);
});

Deno.test("a swap is refused with ABORTED once the process stops, and stop waits for one that has begun", async () => {
  const received: unknown[] = [];
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const slow = module("r", async (context) => {
    begun.resolve();
    await go.promise;
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) received.push(message);
    });
  });
  const process = await started([reader("r", received)]);
  const swap = process.swap("r", slow);
  const after = assert.rejects(process.swap("r", slow), { code: "ABORTED" });
  await begun.promise;
  await publishAll(process.context, 0, 5);
  const stop = process.stop();
  await assert.rejects(process.swap("r", slow), { code: "ABORTED" });
  go.resolve();
  await Promise.all([swap, after, stop]);
  assert.deepEqual(received, numbers(5));
});

Deno.test("a swap whose init hangs rejects with ABORTED at the stop deadline", async () => {
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

Deno.test("a subscription that the new code lacks is closed, and its queued messages are logged", async () => {
  using logs = new CapturedLogs();
  const old = module("m", (context) => {
    context.subscribe("work", { queueSize: 5 });
  });
  const process = await started([old], { log: { level: "warn" } });
  await publishAll(process.context, 0, 3);
  await process.swap("m", module("m", () => {}));
  await publishAll(process.context, 3, 100); // no queue is full
  await process.stop();
  assert.deepEqual(
    logs.lines.filter((line) => /dropped/.test(line)),
    [
      'caryatid.m: dropped 3 messages of "work": ' +
      "the new code does not subscribe in the same way",
    ],
  );
});

Deno.test("a swap loses nothing if the old code closes its subscription and handling at its end", async () => {
  const received: unknown[] = [];
  const tidy = module("m", (context) => {
    const messages = context.subscribe("work");
    const handling = context.handle("ask", () => "old");
    context.run(async () => {
      for await (const { message } of messages) received.push(message);
      await messages.close();
      await handling.close();
    });
  });
  const next = module("m", (context) => {
    context.handle("ask", () => "new");
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) received.push(message);
    });
  });
  const process = await started([tidy]);
  const load = publishAll(process.context, 0, 5_000);
  const swap = process.swap("m", next);
  const answer = await process.context.request("ask", null);
  assert(answer === "old" || answer === "new");
  await Promise.all([load, swap]);
  await process.stop();
  assert.deepEqual(received, numbers(5_000));
});

Deno.test("a step still running at the stop deadline is abandoned, and the new code continues with the next message", async () => {
  using logs = new CapturedLogs();
  const received: unknown[] = [];
  const never = Promise.withResolvers<void>();
  const inFlight = Promise.withResolvers<void>();
  const stuck = module("m", (context) => {
    const messages = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of messages) {
        inFlight.resolve();
        await never.promise;
        received.push(`late ${message}`);
      }
    });
  });
  const process = await started([stuck], {
    ...LIMIT,
    log: { level: "warn" },
  });
  await publishAll(process.context, 0, 3);
  await inFlight.promise;
  await process.swap("m", reader("m", received));
  await publishAll(process.context, 3, 4);
  never.resolve();
  await process.stop();
  assert.deepEqual(received.toSorted(), [1, 2, 3, "late 0"]);
  assert(
    logs.lines.some((line) => /replaced code is still running/.test(line)),
  );
});

Deno.test("an error of a step during a swap is logged, and in a group its message is redelivered", async () => {
  using logs = new CapturedLogs();
  const received: unknown[] = [];
  const inFlight = Promise.withResolvers<void>();
  const fail = Promise.withResolvers<void>();
  const failing = module("m", (context) => {
    const messages = context.subscribe("work", { group: "g" });
    context.run(async () => {
      for await (const _ of messages) {
        inFlight.resolve();
        await fail.promise;
      }
    });
  });
  const process = await started([failing], {
    module: { m: { "on-failure": "restart" } },
  });
  await publishAll(process.context, 0, 3);
  await inFlight.promise;
  const swap = process.swap("m", reader("m", received, { group: "g" }));
  await yieldToEventLoop(); // it has begun
  fail.reject(new Error("in the middle"));
  await swap;
  await process.stop();
  assert.deepEqual(received, [0, 1, 2]);
  assert(logs.lines.some((line) => /MODULE_FAILED.*in the middle/.test(line)));
});

Deno.test("an impossible swap rejects with the reason", async () => {
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
    message: /"x": found no such module; expected one of m/,
  });
  await assert.rejects(process.swap("m", {} as never), {
    code: "WRONG_EXPORT",
  });
  await process.stop();
});

Deno.test("an unawaited request that fails is an uncaught error in a swappable process too", async () => {
  const uncaught = Promise.withResolvers<{ code?: string }>();
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    uncaught.resolve(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  const careless = module("careless", (context) => {
    context.run(() => {
      void context.request("unhandled", 1);
      return Promise.resolve();
    });
  });
  const process = await started([careless]);
  try {
    assert.equal((await uncaught.promise).code, "NO_HANDLER");
  } finally {
    globalThis.removeEventListener("unhandledrejection", onRejection);
    await process.stop();
  }
});
