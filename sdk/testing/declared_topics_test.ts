import assert from "node:assert/strict";
import { z } from "zod";
import type { Context } from "../context.ts";
import type { CaryatidError } from "../errors.ts";
import { defineModule, type Module } from "../module.ts";
import { testModule } from "./test_module.ts";

const FORBIDDEN = { code: "FORBIDDEN" };

/** Declares one topic for each use. */
function declaring(init: (context: Context) => void | Promise<void>): Module {
  return defineModule({
    name: "subject",
    topics: {
      publish: ["out.*"],
      subscribe: ["in.#"],
      request: ["ask"],
      handle: ["tell.*"],
    },
    init,
  });
}

Deno.test("a module that keeps to its topics is tested as any other", async () => {
  const relay = declaring((context) => {
    context.handle("tell.me", ({ message }) => message);
    const received = context.subscribe("in.a");
    context.run(async () => {
      for await (const { message } of received) {
        await context.publish("out.a", await context.request("ask", message));
      }
    });
  });
  await using tested = await testModule(relay);
  tested.bus.answer("ask", ({ message }) => `${message}!`);
  await tested.bus.inject("in.a", "tea");
  await tested.settle();
  assert.deepEqual(tested.bus.published, [{ topic: "out.a", message: "tea!" }]);
  assert.equal(await tested.bus.ask("tell.me", 1), 1);
});

Deno.test("an undeclared topic in init rejects with INIT_FAILED, with FORBIDDEN as the cause", async (t) => {
  const undeclared: [name: string, init: (context: Context) => unknown][] = [
    ["subscribe to", (context) => context.subscribe("other")],
    ["handle", (context) => context.handle("tell.#", () => 1)],
    ["publish on", (context) => context.publish("out", 1)],
    ["request on", (context) => context.request("ask.me", 1)],
  ];
  for (const [name, init] of undeclared) {
    await t.step(name, async () => {
      const module = declaring(async (context) => void await init(context));
      await assert.rejects(testModule(module), (error: CaryatidError) => {
        assert.equal(error.code, "INIT_FAILED");
        const { code, message, hint } = error.cause as CaryatidError;
        assert.equal(code, "FORBIDDEN");
        assert.match(
          message,
          new RegExp(`^Cannot ${name} ".*": module "subject" declares to `),
        );
        assert.match(
          hint!,
          /^Add it to topics\.\w+ of the module's definition/,
        );
        return true;
      });
    });
  }
});

Deno.test("a task that uses an undeclared topic fails, and settle() rejects once", async () => {
  const module = declaring((context) => {
    context.run(() => context.publish("elsewhere", 1));
  });
  await using tested = await testModule(module);
  await assert.rejects(tested.settle(), {
    ...FORBIDDEN,
    message: 'Cannot publish on "elsewhere": ' +
      'module "subject" declares to publish "out.*"',
  });
  assert.equal(tested.failures.length, 1);
  assert.deepEqual(tested.bus.published, []);
  await tested.settle();
});

Deno.test("settle() rejects for an undeclared topic even if the module catches the error", async () => {
  const module = declaring((context) => {
    context.run(() => context.publish("elsewhere", 1).catch(() => {}));
  });
  await using tested = await testModule(module);
  await assert.rejects(tested.settle(), FORBIDDEN);
});

Deno.test("a test can collect the uses of undeclared topics", async () => {
  const module = declaring((context) => {
    context.run(() => context.publish("elsewhere", 1));
  });
  await using tested = await testModule(module, {}, { failures: "collect" });
  await tested.settle();
  assert.deepEqual(
    tested.failures.map((error) => (error as CaryatidError).code),
    ["FORBIDDEN"],
  );
});

Deno.test("the declaration follows the configuration under test", async () => {
  const module = defineModule({
    name: "subject",
    config: z.object({ topic: z.string().default("a") }),
    topics: ({ topic }) => ({ publish: [topic] }),
    init: (context, { topic }) => context.publish(topic, 1),
  });
  await using _ = await testModule(module, { topic: "b.c" });
  const long = { topic: "x".repeat(256) };
  await assert.rejects(testModule(module, long), { code: "INVALID_TOPIC" });
});
