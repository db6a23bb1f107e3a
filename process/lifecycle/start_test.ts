import assert from "node:assert/strict";
import type { Context } from "@caryatid/sdk";
import { turn } from "../../sdk/testing/conformance/promises.ts";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { module, silentProcess } from "../testing/silent_process.ts";

Deno.test("D1 every module receives the first message of each module", async () => {
  for (let start = 0; start < 100; start++) {
    const received: string[] = [];
    const done = Promise.withResolvers<void>();
    const modules = ["one", "two"].map((name) =>
      module(name, (context) => {
        const all = context.subscribe("#");
        context.run(() => context.publish(`from.${name}`, null));
        context.run(async () => {
          for await (const { topic } of all) {
            if (received.push(`${name} received ${topic}`) === 4) {
              done.resolve();
            }
          }
        });
      })
    );
    await using process = await silentProcess(modules);
    await process.start();
    await done.promise;
    assert.deepEqual(received.sort(), [
      "one received from.one",
      "one received from.two",
      "two received from.one",
      "two received from.two",
    ]);
  }
});

Deno.test("D1 modules are initialized in the order of the file, one after the other", async () => {
  const order: string[] = [];
  const modules = ["zeta", "alpha", "mid"].map((name) =>
    module(name, async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
    })
  );
  await using process = await silentProcess(modules);
  await process.start();
  assert.deepEqual(order, [
    "zeta begins",
    "zeta ends",
    "alpha begins",
    "alpha ends",
    "mid begins",
    "mid ends",
  ]);
});

Deno.test("D1 the startup message is published before anything runs", async () => {
  const order: string[] = [];
  const done = Promise.withResolvers<void>();
  const listener = module("listener", (context) => {
    const started = context.subscribe("system.started");
    const work = context.subscribe("work");
    context.run(async () => {
      for await (const { topic, message } of started) {
        order.push(`${topic} ${message}, ${work.queued} at work`);
        done.resolve();
      }
    });
    context.run(() => context.publish("work", 1));
  });
  await using process = await silentProcess([listener], {
    global: { startup: { topic: "system.started" } },
  });
  await process.start();
  await done.promise;
  assert.match(order[0]!, /^system\.started null/);
});

Deno.test("the startup message is what [global.startup] says, for subscribers that want a Rust enum", async () => {
  const startup = Promise.withResolvers<unknown>();
  const listener = module("listener", (context) => {
    const started = context.subscribe("system.started");
    context.run(async () => {
      for await (const { message } of started) startup.resolve(message);
    });
  });
  await using process = await silentProcess([listener], {
    global: { startup: { topic: "system.started", message: { None: [] } } },
  });
  await process.start();
  assert.equal(JSON.stringify(await startup.promise), '{"None":[]}');
});

Deno.test("D2 when init throws, the others stop in reverse order and the failed module is named", async (t) => {
  const stopped: string[] = [];
  const good = (name: string) =>
    module(name, (context) => {
      context.signal.addEventListener("abort", () => stopped.push(name));
    });
  const bad = module("bad", () => {
    throw new Error("no luck");
  });
  const process = await silentProcess([good("first"), bad, good("third")]);
  await t.step("start rejects with INIT_FAILED and the cause", async () => {
    await assert.rejects(process.start(), (error: Error) => {
      assert.equal((error as Error & { code: string }).code, "INIT_FAILED");
      assert.match(error.message, /"bad".*no luck/);
      assert.equal((error.cause as Error).message, "no luck");
      return true;
    });
  });
  await t.step("modules that had started are stopped, others are not", () => {
    assert.deepEqual(stopped, ["first"]);
  });
  await t.step("the bus is closed", async () => {
    await assert.rejects(process.context.publish("x", 1), {
      code: "BUS_CLOSED",
    });
  });
});

Deno.test("D2 when init hangs, the start deadline ends it and names the module", async () => {
  const hanging = module("hanging", () => new Promise(() => {}));
  const process = await silentProcess([hanging], {
    lifecycle: { "start-deadline": 0.02 },
  });
  await assert.rejects(process.start(), {
    code: "INIT_FAILED",
    message: /"hanging".*not done 0\.02 s after/,
  });
});

Deno.test("a start that had to wait leaves no timer behind", async () => {
  // The leak sanitizer looks: that of the start deadline would ring 30 s later.
  const slow = module("slow", () => turn());
  const process = await silentProcess([slow]);
  await process.start();
  await process.stop();
});

Deno.test("two instances of one module have their own ids, sections and logs", async () => {
  using logs = new CapturedLogs();
  const worker = module("worker", (context: Context, config) => {
    context.log.info("with {n}", { n: config.n });
  });
  await using process = await silentProcess([worker], {
    module: { worker: { n: 1 }, second: { class: "worker", n: 2 } },
  });
  await process.start();
  await process.stop();
  assert(logs.lines.includes("caryatid.worker: with 1"), logs.lines.join("\n"));
  assert(logs.lines.includes("caryatid.second: with 2"), logs.lines.join("\n"));
});

Deno.test("the first lines of a process name its version, buses, routes and modules", async () => {
  using logs = new CapturedLogs();
  await using process = await silentProcess([module("lonely", () => {})]);
  await process.start();
  await process.stop();
  assert.match(logs.lines[0]!, /^caryatid: Caryatid \d+\.\d+\.\d+ on Deno/);
  assert.deepEqual(logs.lines.slice(1, 4), [
    "caryatid: bus memory (in-memory)",
    'caryatid: route "#" to memory',
    "caryatid: module lonely",
  ]);
});

Deno.test("an invalid section is reported with all its errors before anything starts", async () => {
  const { defineModule } = await import("@caryatid/sdk");
  const { z } = await import("zod");
  let started = false;
  const strict = defineModule({
    name: "strict",
    config: z.object({ topic: z.string(), every: z.number().positive() }),
    init: () => {
      started = true;
    },
  });
  const process = await silentProcess([strict], {
    module: { strict: { topic: 1, every: -1 } },
  });
  await assert.rejects(process.start(), (error: Error) => {
    assert.match(error.message, /module\.strict\.topic/);
    assert.match(error.message, /module\.strict\.every/);
    return true;
  });
  assert(!started);
});

Deno.test("an unknown class is UNKNOWN_CLASS, with the nearest known one", async () => {
  const process = await silentProcess([module("greeter", () => {})], {
    module: { other: { class: "greater" } },
  });
  await assert.rejects(process.start(), {
    code: "UNKNOWN_CLASS",
    message: /\[module\.other\].*"greater"/,
    hint: 'Write "greeter".',
  });
});

Deno.test("an unknown class reports a misspelled import", async () => {
  const process = await silentProcess([module("greeter", () => {})], {
    module: { other: { improt: "./other.ts" } },
  });
  await assert.rejects(process.start(), {
    code: "UNKNOWN_CLASS",
    hint: "Write import for improt.",
  });
});

Deno.test("a process of a file that has several runs its own modules, and no others", async () => {
  const begun: string[] = [];
  const modules = ["one", "two", "three"].map((name) =>
    module(name, () => void begun.push(name))
  );
  await using process = await silentProcess(modules, {
    process: { odd: { modules: ["three", "one"] }, even: { modules: ["two"] } },
  }, { process: "odd" });
  await process.start();
  assert.deepEqual(begun, ["one", "three"]);
});
