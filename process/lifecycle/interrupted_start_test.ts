import assert from "node:assert/strict";
import type { MessageBus } from "@caryatid/sdk";
import { defineBus, InMemoryBus } from "@caryatid/sdk/bus";
import { module, silentProcess } from "../testing/silent_process.ts";

/** A process that loads one module in its own time. */
async function loadingProcess(imported: Promise<unknown>) {
  const asked = Promise.withResolvers<void>();
  const process = await silentProcess([], {
    module: { late: { import: "https://host.invalid/late.ts" } },
  }, {
    importer: () => {
      asked.resolve();
      return imported;
    },
  });
  return { process, asked: asked.promise };
}

Deno.test("D9 after a stop while code is loaded, the code is not set up", async () => {
  const imported = Promise.withResolvers<unknown>();
  const { process, asked } = await loadingProcess(imported.promise);
  const starting = process.start();
  await asked;
  const stopping = process.stop();
  let setUp = false;
  imported.resolve({
    default: module("late", () => {
      setUp = true;
    }),
  });
  await assert.rejects(starting, { code: "ABORTED" });
  await stopping;
  assert(!setUp);
  await assert.rejects(process.context.publish("x", 1), { code: "BUS_CLOSED" });
});

Deno.test("D9 start and stop settle if the code to load never arrives", async () => {
  const { process, asked } = await loadingProcess(new Promise(() => {}));
  const starting = process.start();
  await asked;
  const stopping = process.stop();
  await assert.rejects(starting, { code: "ABORTED" });
  await stopping;
});

/** A subscriber whose queue is full when the startup message arrives. */
const full = module("full", async (context) => {
  context.subscribe("started", { queueSize: 1 });
  await context.publish("started", "before");
});
const STARTUP = { global: { startup: { topic: "started" } } };

Deno.test("D9 stop rejects a start whose startup message waits for room", async () => {
  const process = await silentProcess([full], STARTUP);
  const begun = Promise.withResolvers<void>();
  process.register(module("full", async (context) => {
    await full.init(context, {});
    begun.resolve();
  }));
  const starting = process.start();
  await begun.promise;
  await new Promise((resolve) => setImmediate(resolve)); // it is published then
  await Promise.all([
    assert.rejects(starting, { code: "ABORTED" }),
    process.stop(),
  ]);
});

Deno.test("D2 the start deadline ends a start whose startup message finds no room", async () => {
  const process = await silentProcess([full], {
    ...STARTUP,
    lifecycle: { "start-deadline": 0.05 },
  });
  await assert.rejects(process.start(), {
    code: "INIT_FAILED",
    message: /not done 0\.05 s after/,
  });
});

/** A process on a bus with a part that cannot be closed. */
async function stubbornProcess(bus: MessageBus) {
  const ended: string[] = [];
  const listener = module("listener", (context) => {
    const received = context.subscribe("x");
    context.run(async () => {
      for await (const _ of received);
      ended.push("its loop");
    });
    context.defer(() => void ended.push("what it deferred"));
  });
  const process = await silentProcess([listener], {
    "message-bus": { stubborn: { class: "stubborn" } },
  }, { buses: [defineBus({ name: "stubborn", create: () => bus })] });
  await process.start();
  return { process, ended };
}

Deno.test("a part that cannot be closed is logged, and all others are released", async (t) => {
  const stubborn = new Error("won't close");
  await t.step("a subscription", async () => {
    const bus = new InMemoryBus();
    const subscribe = bus.subscribe.bind(bus);
    bus.subscribe = (pattern, options) => {
      const subscription = subscribe(pattern, options);
      const close = subscription.close.bind(subscription);
      subscription.close = async () => {
        await close();
        throw stubborn;
      };
      return subscription;
    };
    const { process, ended } = await stubbornProcess(bus);
    await assert.rejects(process.stop(), stubborn);
    assert.deepEqual(ended, ["its loop", "what it deferred"]);
    await assert.rejects(bus.publish("x", 1), { code: "BUS_CLOSED" });
  });
  await t.step("the bus", async () => {
    const bus = new InMemoryBus();
    const close = bus.close.bind(bus);
    bus.close = async () => {
      await close();
      throw stubborn;
    };
    const { process, ended } = await stubbornProcess(bus);
    await assert.rejects(process.stop(), stubborn);
    assert.deepEqual(ended, ["its loop", "what it deferred"]);
  });
});
