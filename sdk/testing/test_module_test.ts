import assert from "node:assert/strict";
import { z } from "zod";
import type { Context } from "../context.ts";
import { CaryatidError } from "../errors.ts";
import { defineModule, type Module } from "../module.ts";
import { MockBus } from "./mock_bus.ts";
import { testModule } from "./test_module.ts";
import { VirtualClock } from "./virtual_clock.ts";

function module(init: (context: Context) => void | Promise<void>): Module {
  return defineModule({ name: "subject", init });
}

/** Publishes what it hears on `in` on `out`, when `work` is done with it. */
function copier(work: (context: Context) => Promise<unknown>): Module {
  return module((context) => {
    const heard = context.subscribe("in");
    context.run(async () => {
      for await (const { message } of heard) {
        await work(context);
        await context.publish("out", message);
      }
    });
  });
}

/** Lets the event loop have `turns` turns: what reading a file takes, or longer. */
async function outside(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise(setImmediate);
}

function published({ bus }: { bus: MockBus }): unknown[] {
  return bus.published.map(({ message }) => message);
}

const idle = module(() => {});

Deno.test("the module gets what its schema makes of the configuration", async (t) => {
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
      testModule(configured, { topic: 1, every: 1.5 }),
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

  await t.step("as it is, where it has no schema", async () => {
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

Deno.test("what init subscribed to and handles is heard, and its tasks have begun", async () => {
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

Deno.test("the module has another id where the test says so", async () => {
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
        message: 'Cannot initialise module "subject": no such file',
        cause,
      },
    );
    await assert.rejects(bus.inject("a", 1), { code: "BUS_CLOSED" });
  });

  await t.step("when the bus refuses", async () => {
    const bus = new MockBus();
    const cause = new CaryatidError("BUS_UNAVAILABLE", "Cannot reach it");
    bus.fail("subscribe", cause);
    await assert.rejects(
      testModule(module((context) => void context.subscribe("a")), {}, { bus }),
      { code: "INIT_FAILED", cause },
    );
  });

  await t.step("when it doesn't end", async () => {
    const waits = module((context) => context.clock.sleep(1));
    await assert.rejects(testModule(waits, {}, { timeout: 20 }), {
      code: "INIT_FAILED",
      message: 'Cannot initialise module "subject": ' +
        "its init went on for 20 ms",
    });
  });
});

Deno.test("a bus may be prepared for init", async () => {
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

Deno.test("settle() doesn't wait for what only the test can bring about", async (t) => {
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
      await Promise.all([first!, second!].map(async (heard) => {
        for await (const _ of heard);
      }));
    });
    const heard = context.subscribe("in");
    context.run(async () => {
      for await (const { message } of heard) {
        await outside(50);
        await context.publish("out", message);
      }
    });
  }));
  await tested.bus.inject("in", 1);
  await tested.settle();
  assert.deepEqual(published(tested), [1]);
});

Deno.test("NOT_SETTLED names who is busy", async (t) => {
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
        const heard = context.subscribe("round.and.round");
        context.run(async () => {
          for await (const _ of heard) {
            await context.publish("round.and.round", 1);
          }
        });
      }),
      {},
      { timeout: 20 },
    );
    await tested.bus.inject("round.and.round", 1);
    await assert.rejects(tested.settle(), { code: "NOT_SETTLED" });
    await tested.stop();
  });
});

Deno.test("settle() doesn't wait for as many as the test says are busy for good", async () => {
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

Deno.test("advance() lets time pass for the module, and all that follows happen", async (t) => {
  await t.step("from when it has settled", async () => {
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

Deno.test("what a task throws, the test throws", async (t) => {
  const error = new Error("the task failed");
  const failing = copier(() => Promise.reject(error));

  await t.step("at settle()", async () => {
    await using tested = await testModule(failing);
    await tested.bus.inject("in", 1);
    await assert.rejects(tested.settle(), error);
    assert.deepEqual(tested.failures, [error]);
    await tested.settle(); // each is told once, so that leaving the test hides nothing
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
  await t.step("what is queued and in hand is finished", async () => {
    const tested = await testModule(copier(() => outside(20)));
    for (const n of [1, 2, 3]) await tested.bus.inject("in", n);
    await tested.stop();
    assert.deepEqual(published(tested), [1, 2, 3]);
  });

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
    "sleeps and requests are cut short, which is no failure",
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

  await t.step("and what fails then is one", async () => {
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
    "and what something else had cut short before is one",
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

Deno.test("logs has what the module logs", async () => {
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

Deno.test("stop() awaits what the module deferred", async () => {
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
