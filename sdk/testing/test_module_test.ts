import assert from "node:assert/strict";
import { z } from "zod";
import type { Context } from "../context.ts";
import { CaryatidError } from "../errors.ts";
import { defineTopic } from "../define_topic.ts";
import { defineModule, type Module } from "../module.ts";
import { MockBus } from "./mock_bus.ts";
import { testModule } from "./test_module.ts";
import { VirtualClock } from "./virtual_clock.ts";

function module(init: (context: Context) => void | Promise<void>): Module {
  return defineModule({ name: "subject", init });
}

/** Publishes each message of `in` on `out`, after `work` has finished. */
function copier(work: (context: Context) => Promise<unknown>): Module {
  return module((context) => {
    const received = context.subscribe("in");
    context.run(async () => {
      for await (const { message } of received) {
        await work(context);
        await context.publish("out", message);
      }
    });
  });
}

/**
 * Waits for `turns` turns of the event loop, at least as long as reading a
 * file.
 */
async function outside(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise(setImmediate);
}

function published({ bus }: { bus: MockBus }): unknown[] {
  return bus.published.map(({ message }) => message);
}

const idle = module(() => {});

Deno.test("testModule shows the module the given configuration of the process, frozen", async () => {
  const startup = { "network-name": "preview", tags: ["a", { b: 1 }] };
  const global = { startup, constructor: 1 };
  await using tested = await testModule(idle, {}, {
    processConfig: { global },
  });
  const { processConfig } = tested.context;
  assert.deepEqual(JSON.parse(JSON.stringify(processConfig)), { global });
  const seen = processConfig["global"] as typeof global;
  assert(Object.isFrozen(seen.startup.tags[1]));
  assert(!Object.isFrozen(startup), "the test's own object stays as it is");
  assert.equal((seen as Record<string, unknown>)["toString"], undefined);
  await using other = await testModule(idle);
  assert.deepEqual(Object.keys(other.context.processConfig), []);
});

Deno.test("init receives the configuration as transformed by the schema", async (t) => {
  const given: unknown[] = [];
  const configured = defineModule({
    name: "subject",
    config: z.object({
      topic: z.string().default("a"),
      every: z.number().int(),
    }),
    init: (_, config) => void given.push(config),
  });

  await t.step("with defaults", async () => {
    await using _ = await testModule(configured, { every: 2 });
    assert.deepEqual(given.pop(), { topic: "a", every: 2 });
  });

  await t.step("or INVALID_CONFIG, with all issues", async () => {
    await assert.rejects(
      testModule(configured, { topic: 1, every: 1.5 } as never),
      (error: CaryatidError) => {
        assert.equal(error.code, "INVALID_CONFIG");
        assert.match(
          error.message,
          /^Cannot use the configuration of "subject": found 2 problems\n {2}topic: .+\n {2}every: .+$/,
        );
        return true;
      },
    );
    await assert.rejects(testModule(configured), {
      code: "INVALID_CONFIG",
      message: /^Cannot use the configuration of "subject": every: /,
    });
    assert.deepEqual(given, [], "init was not called");
  });

  await t.step("unchanged if the module has no schema", async () => {
    const config = { anything: 1 };
    const plain: Module = {
      ...idle,
      init: (_, config) => void given.push(config),
    };
    await using _ = await testModule(plain, config);
    await using __ = await testModule(plain);
    assert.equal(given[0], config);
    assert.deepEqual(given[1], {});
  });
});

Deno.test("testModule() resolves when the handlers are ready and the tasks have begun", async () => {
  const begun: string[] = [];
  await using tested = await testModule(module(async (context) => {
    context.run(() => Promise.resolve(void begun.push("task")));
    await null;
    context.handle("q", () => "answer");
    begun.push("init");
  }));
  assert.deepEqual(begun, ["init", "task"]);
  assert.equal(await tested.bus.ask("q", 1), "answer");
  assert.equal(tested.context.id, "subject");
});

Deno.test("the module has the id that the test sets", async () => {
  await using tested = await testModule(idle, {}, { id: "other" });
  assert.equal(tested.context.id, "other");
});

Deno.test("INIT_FAILED says why init failed, and everything is released", async (t) => {
  await t.step("when it throws", async () => {
    const bus = new MockBus();
    const cause = new Error("no such file");
    await assert.rejects(
      testModule(module(() => Promise.reject(cause)), {}, { bus }),
      {
        code: "INIT_FAILED",
        message: 'Cannot initialize module "subject": no such file',
        cause,
      },
    );
    await assert.rejects(bus.inject("a", 1), { code: "BUS_CLOSED" });
  });

  await t.step("when the bus rejects the subscription", async () => {
    const bus = new MockBus();
    const cause = new CaryatidError("BUS_UNAVAILABLE", "Cannot reach it");
    bus.fail("subscribe", cause);
    await assert.rejects(
      testModule(module((context) => void context.subscribe("a")), {}, { bus }),
      { code: "INIT_FAILED", cause },
    );
  });

  await t.step("when it does not end", async () => {
    const waits = module((context) => context.clock.sleep(1));
    await assert.rejects(testModule(waits, {}, { timeout: 20 }), {
      code: "INIT_FAILED",
      message: 'Cannot initialize module "subject": ' +
        "its init took longer than 20 ms",
    });
  });
});

Deno.test("a test can prepare the bus before init", async () => {
  const clock = new VirtualClock({ start: 1_000 });
  const bus = new MockBus({ clock });
  bus.answer("q", () => "prepared");
  let answer: unknown;
  await using tested = await testModule(
    module(async (context) => {
      answer = await context.request("q", context.clock.now());
    }),
    {},
    { bus },
  );
  assert.equal(tested.bus, bus);
  assert.equal(tested.clock, clock);
  assert.equal(answer, "prepared");
  assert.deepEqual(bus.requested, [{ topic: "q", message: 1_000 }]);
});

Deno.test("settle() waits for what a task does", async (t) => {
  const works: Record<string, (context: Context) => Promise<unknown>> = {
    "on the bus alone": () => Promise.resolve(),
    "in many promises": async () => {
      for (let i = 0; i < 1_000; i++) await null;
    },
    "outside, for some turns": () => outside(50),
    "outside, for some milliseconds": () => Deno.stat(import.meta.url.slice(7)),
  };
  for (const [name, work] of Object.entries(works)) {
    await t.step(name, async () => {
      await using tested = await testModule(copier(work));
      for (const n of [1, 2, 3]) await tested.bus.inject("in", n);
      await tested.settle();
      assert.deepEqual(published(tested), [1, 2, 3]);
    });
  }
});

Deno.test("settle() waits for what a handler does", async () => {
  await using tested = await testModule(module((context) => {
    context.handle("q", async () => {
      await outside(50);
      await context.publish("out", 1);
      return null;
    });
  }));
  const asked = tested.bus.ask("q", 1);
  await tested.settle();
  assert.deepEqual(published(tested), [1]);
  await asked;
});

Deno.test("settle() does not wait for events that only the test can cause", async (t) => {
  await t.step("a delivery", async () => {
    await using tested = await testModule(copier(() => Promise.resolve()));
    await tested.settle();
  });

  await t.step("the virtual clock", async () => {
    await using tested = await testModule(
      copier(({ clock }) => clock.sleep(1)),
    );
    for (const n of [1, 2]) await tested.bus.inject("in", n);
    await tested.settle();
    assert.deepEqual(published(tested), []);
    assert.equal(tested.clock.sleepers, 1);
  });

  await t.step("the virtual clock, in consume", async () => {
    await using tested = await testModule(module((context) => {
      context.consume("in", () => context.clock.sleep(1));
    }));
    await tested.bus.inject("in", 1);
    await tested.settle();
    assert.equal(tested.clock.sleepers, 1);
    await tested.advance(1);
  });

  await t.step("the virtual clock, in a handler", async () => {
    await using tested = await testModule(module((context) => {
      context.handle("q", () => context.clock.sleep(1).then(() => 7));
    }));
    const asked = tested.bus.ask("q", 1);
    await tested.settle();
    await tested.advance(1);
    assert.equal(await asked, 7);
  });

  await t.step("an answer", async () => {
    await using tested = await testModule(
      copier((context) => context.request("q", 1)),
    );
    const { promise, resolve } = Promise.withResolvers<number>();
    tested.bus.answer("q", () => promise);
    await tested.bus.inject("in", 1);
    await tested.settle();
    assert.deepEqual(published(tested), []);
    resolve(7);
    await tested.settle();
    assert.deepEqual(published(tested), [1]);
  });

  await t.step("room in a queue", async () => {
    await using tested = await testModule(module((context) => {
      context.subscribe("out", { queueSize: 1 });
      context.run(async () => {
        for (const n of [1, 2]) await context.publish("out", n);
      });
    }));
    await tested.settle();
    assert.deepEqual(published(tested), [1, 2]);
  });
});

Deno.test("a task with two loops, one that waits, is busy in the other", async () => {
  // Counting who waits would find as many loops that wait as there are tasks.
  await using tested = await testModule(module((context) => {
    const [first, second] = ["a", "b"].map((topic) => context.subscribe(topic));
    context.run(async () => {
      await Promise.all([first!, second!].map(async (received) => {
        for await (const _ of received);
      }));
    });
    const received = context.subscribe("in");
    context.run(async () => {
      for await (const { message } of received) {
        await outside(50);
        await context.publish("out", message);
      }
    });
  }));
  await tested.bus.inject("in", 1);
  await tested.settle();
  assert.deepEqual(published(tested), [1]);
});

Deno.test("NOT_SETTLED names the busy tasks and handlers", async (t) => {
  const stuck = () => new Promise<void>(() => {});
  const steps: Record<string, [Module, RegExp]> = {
    "a task from the start": [
      module((context) => context.run(stuck)),
      /^Cannot settle module "subject": still busy after 20 ms: a task$/,
    ],
    "a task, after what it last waited for": [
      copier(stuck),
      /: a task, after a delivery of "in"$/,
    ],
    "a handler": [
      module((context) => void context.handle("q.*", stuck)),
      /: the handler of "q\.\*"$/,
    ],
  };
  for (const [name, [subject, message]] of Object.entries(steps)) {
    await t.step(name, async () => {
      const tested = await testModule(subject, {}, { timeout: 20 });
      tested.bus.inject("in", 1);
      tested.bus.ask("q.r", 1).catch(() => {});
      await assert.rejects(tested.settle(), { code: "NOT_SETTLED", message });
      await assert.rejects(tested.stop(), { code: "DRAIN_TIMEOUT" });
    });
  }

  await t.step("tasks that keep each other going", async () => {
    const tested = await testModule(
      module((context) => {
        const received = context.subscribe("round.and.round");
        context.run(async () => {
          for await (const _ of received) {
            await context.publish("round.and.round", 1);
          }
        });
      }),
      {},
      { timeout: 200 }, // also that of the stop
    );
    await tested.bus.inject("round.and.round", 1);
    await assert.rejects(tested.settle(), { code: "NOT_SETTLED" });
    await tested.stop();
  });
});

Deno.test("settle() ignores as many busy tasks as the option `busy` says", async () => {
  await using tested = await testModule(
    module((context) => {
      context.run(() =>
        new Promise((resolve) => {
          context.signal.addEventListener("abort", () => resolve());
        })
      );
    }),
    {},
    { busy: 1 },
  );
  await tested.settle();
});

Deno.test("advance() lets time pass for the module, and awaits all that follows", async (t) => {
  await t.step("starting when it has settled", async () => {
    await using tested = await testModule(
      copier(async ({ clock }) => {
        await outside(50);
        await clock.sleep(10);
      }),
    );
    await tested.bus.inject("in", 1);
    await tested.advance(10);
    assert.deepEqual(published(tested), [1]);
  });

  await t.step("wake-up by wake-up, whatever each one takes", async () => {
    await using tested = await testModule(module((context) => {
      context.run(async () => {
        for (;;) {
          await context.clock.sleep(1_000);
          await outside(20);
          await context.publish("tick", context.clock.now());
        }
      });
    }));
    await tested.advance(3_500);
    assert.deepEqual(published(tested), [1_000, 2_000, 3_000]);
    assert.equal(tested.clock.now(), 3_500);
  });

  await t.step("to the deadline of a request", async () => {
    await using tested = await testModule(
      copier((context) =>
        context.request("q", 1).catch(({ code }) =>
          context.publish("out", code)
        )
      ),
    );
    tested.bus.answer("q", () => new Promise(() => {}));
    await tested.bus.inject("in", 1);
    await tested.advance(5_000);
    assert.deepEqual(published(tested), ["REQUEST_TIMEOUT", 1]);
  });
});

Deno.test("the error of a task is thrown in the test", async (t) => {
  const error = new Error("the task failed");
  const failing = copier(() => Promise.reject(error));

  await t.step("at settle()", async () => {
    await using tested = await testModule(failing);
    await tested.bus.inject("in", 1);
    await assert.rejects(tested.settle(), error);
    assert.deepEqual(tested.failures, [error]);
    // each failure is thrown once, so the end of the test does not hide others
    await tested.settle();
  });

  await t.step("at advance(), where time stops", async () => {
    await using tested = await testModule(
      module((context) =>
        context.run(async () => {
          await context.clock.sleep(10);
          throw error;
        })
      ),
    );
    await assert.rejects(tested.advance(100), error);
    assert.equal(tested.clock.now(), 10);
  });

  await t.step("at stop()", async () => {
    const tested = await testModule(failing);
    await tested.bus.inject("in", 1);
    await assert.rejects(tested.stop(), error);
    await tested.stop();
  });

  await t.step("unless it wants to read the failures", async () => {
    await using tested = await testModule(failing, {}, { failures: "collect" });
    await tested.bus.inject("in", 1);
    await tested.settle();
    assert.deepEqual(tested.failures, [error]);
  });

  await t.step(
    "and not what a handler throws: that is the requester's",
    async () => {
      await using tested = await testModule(module((context) => {
        context.handle("q", () => Promise.reject(error));
      }));
      await assert.rejects(tested.bus.ask("q", 1), { code: "HANDLER_FAILED" });
      await tested.settle();
      assert.deepEqual(tested.failures, []);
    },
  );
});

Deno.test("stop() stops the module as a process does", async (t) => {
  await t.step(
    "queued deliveries and those in flight are finished",
    async () => {
      const tested = await testModule(copier(() => outside(20)));
      for (const n of [1, 2, 3]) await tested.bus.inject("in", n);
      await tested.stop();
      assert.deepEqual(published(tested), [1, 2, 3]);
    },
  );

  await t.step("handlers finish", async () => {
    const tested = await testModule(module((context) => {
      context.handle("q", () => outside(20).then(() => 7));
    }));
    const asked = tested.bus.ask("q", 1);
    await tested.stop();
    assert.equal(await asked, 7);
    await assert.rejects(tested.bus.ask("q", 1), { code: "BUS_CLOSED" });
  });

  await t.step(
    "sleeps and requests are aborted, which is not a failure",
    async () => {
      const bus = new MockBus();
      bus.answer("q", () => new Promise(() => {}));
      const tested = await testModule(
        module((context) => {
          context.run(() => context.clock.sleep(1_000));
          context.run(async () => void await context.request("q", 1));
        }),
        {},
        { bus },
      );
      await tested.settle();
      await tested.stop();
      assert.deepEqual(tested.failures, []);
      assert.equal(tested.clock.sleepers, 0);
    },
  );

  await t.step("an error during the stop is a failure", async () => {
    const error = new Error("while stopping");
    const tested = await testModule(module((context) => {
      context.run(async () => {
        for await (const _ of context.subscribe("a"));
        throw error;
      });
    }));
    await assert.rejects(tested.stop(), error);
  });

  await t.step(
    "a sleep aborted by another signal before the stop is a failure",
    async () => {
      const tested = await testModule(module((context) => {
        context.run(() => context.clock.sleep(1_000, AbortSignal.abort()));
      }));
      await assert.rejects(tested.settle(), { code: "ABORTED" });
      await tested.stop();
    },
  );

  await t.step("twice, and at the end of its scope", async () => {
    let stopped = 0;
    {
      await using tested = await testModule(module((context) => {
        context.signal.addEventListener("abort", () => stopped++);
      }));
      await Promise.all([tested.stop(), tested.stop()]);
    }
    assert.equal(stopped, 1);
  });
});

Deno.test("logs contains the records of the module", async () => {
  await using tested = await testModule(module(({ log }) => {
    log.debug("a");
    log.info("b {c}", { c: 1 });
    log.warn("d");
    log.error("e");
  }));
  assert.deepEqual(tested.logs, [
    { level: "debug", text: "a" },
    { level: "info", text: "b {c}", properties: { c: 1 } },
    { level: "warn", text: "d" },
    { level: "error", text: "e" },
  ]);
});

Deno.test("stop() awaits the deferred clean-ups", async () => {
  let isClean = false;
  const module = defineModule({
    name: "tidy",
    init(context) {
      context.defer(async () => {
        await Promise.resolve();
        isClean = true;
      });
    },
  });
  const tested = await testModule(module);
  await tested.stop();
  assert(isClean);
});

Deno.test("request and published of a module under test are typed and checked by the topic", async () => {
  const ask = defineTopic("stock.ask", z.object({ item: z.string() }), {
    answer: z.object({ left: z.number() }),
  });
  const sold = defineTopic("stock.sold.*", z.object({ count: z.number() }));
  await using tested = await testModule(module((context) => {
    context.handle(ask, async ({ message }) => {
      await context.publish(sold.at(message.item), { count: 1 });
      return { left: 2 };
    });
  }));
  const { left } = await tested.request(ask, { item: "tea" });
  assert.equal(left satisfies number, 2);
  const [first] = tested.published(sold);
  assert.equal(first?.count satisfies number | undefined, 1);
  assert.deepEqual(tested.published("stock.#"), [{ count: 1 }]);
  assert.deepEqual(tested.published("other"), []);
  // @ts-expect-error the message does not fit the schema
  await assert.rejects(tested.request(ask, { item: 1 }), {
    code: "INVALID_MESSAGE",
  });
  await assert.rejects(tested.request("nothing", null), {
    code: "NO_HANDLER",
  });
});
