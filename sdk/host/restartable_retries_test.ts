import assert from "node:assert/strict";
import { z } from "zod";
import { defineTopic } from "../define_topic.ts";
import type { Delivery } from "../delivery.ts";
import type { BusSubscribeOptions } from "../subscription.ts";
import { CountedBudget } from "../bus/testing/counted_budget.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { type LogRecord, recordLog } from "../testing/record_log.ts";
import { yieldTwice } from "../bus/event_loop.ts";
import { turn, within } from "../testing/conformance/promises.ts";
import { RestartableSubscription } from "./restartable_subscription.ts";
import { ModuleContext } from "./module_context.ts";

/** Module that fails at each message for which `fails` returns true. */
class FailingModule {
  readonly bus = new MockBus();
  readonly deliveries: Delivery[] = [];
  readonly logs: LogRecord[] = [];
  readonly #options: BusSubscribeOptions;
  readonly #fails: (message: unknown) => boolean;
  #context: ModuleContext | undefined;
  #failed = Promise.withResolvers<void>();

  constructor(
    options: BusSubscribeOptions,
    fails: (message: unknown) => boolean,
  ) {
    this.#options = options;
    this.#fails = fails;
  }

  /** Its messages so far. */
  get messages(): unknown[] {
    return this.deliveries.map(({ message }) => message);
  }

  get subscription(): RestartableSubscription {
    const [first] = this.#context!.subscriptions;
    assert(first instanceof RestartableSubscription);
    return first;
  }

  /** Starts it, for the first time or after a failure. */
  async start(keep = true): Promise<void> {
    const failed = this.#failed = Promise.withResolvers<void>();
    const context: ModuleContext = this.#context = new ModuleContext({
      id: "m",
      bus: this.bus,
      log: recordLog(this.logs),
      keep,
      predecessor: this.#context,
      onFailure: () => failed.resolve(),
    });
    const messages = context.subscribe("a", this.#options);
    context.run(async () => {
      for await (const delivery of messages) {
        this.deliveries.push(delivery);
        const { message } = delivery;
        if (this.#fails(message)) throw new RangeError(`failed at ${message}`);
      }
    });
    await context.ready();
    context.begin();
  }

  /** Waits for its failure, and keeps what it has. */
  async fail(): Promise<void> {
    await this.#failed.promise;
    await this.#context!.fail();
  }

  async close(): Promise<void> {
    await this.#context!.close();
    await this.#context!.ended();
    await this.bus.close();
  }
}

const errors = ({ logs }: FailingModule) =>
  logs.filter(({ level }) => level === "error");

async function until(holds: () => boolean): Promise<void> {
  const held = async () => {
    while (!holds()) await turn();
  };
  await within(held(), () => `it: ${holds}`);
}

Deno.test("D3 with retry a failed module receives the message again, after those published in between", async () => {
  let failed: number | undefined;
  // Long enough for the restart to come first, on a busy machine too.
  const retry = { attempts: 3, backoff: 1_000 };
  const failing = new FailingModule({ retry }, (message) => {
    if (message !== 3 || failed !== undefined) return false;
    failed = performance.now();
    return true;
  });
  await failing.start();
  for (const n of [1, 2, 3, 4, 5]) {
    await failing.bus.publish("a", n, { id: `${n}`, headers: { b: "c" } });
  }
  await failing.fail();
  await failing.start();
  await until(() => failing.deliveries.length === 6);
  assert.deepEqual(failing.messages, [1, 2, 3, 4, 5, 3]);
  assert(performance.now() - failed! >= 990, "the backoff had passed");
  const again = failing.deliveries.at(-1)!;
  assert.equal(again.redelivered, true);
  assert.equal(again.id, "3");
  assert.deepEqual(again.headers, { b: "c" });
  assert.equal(again.time, failing.deliveries[2]!.time);
  assert.deepEqual(errors(failing), []);
  await failing.close();
});

Deno.test("D3 with retry, a message is dropped after its last attempt, logged once and counted", async () => {
  const retry = { attempts: 3 };
  const failing = new FailingModule(
    { retry },
    (message) => message === "poison",
  );
  await failing.start();
  await failing.bus.publish("a", "poison", { id: "1" });
  for (let attempt = 1; attempt <= 3; attempt++) {
    await failing.fail();
    await failing.start();
  }
  await failing.bus.publish("a", "good");
  await until(() => failing.messages.includes("good"));
  assert.deepEqual(failing.messages, ["poison", "poison", "poison", "good"]);
  assert.equal(failing.subscription.dropped, 1);
  assert.deepEqual(
    errors(failing).map(({ properties }) => properties),
    [{
      pattern: "a",
      topic: "a",
      id: "1",
      cause: "failed at poison",
      count: 3,
    }],
  );
  await failing.close();
});

Deno.test("D3 with retry, messages that wait when the module stops are logged", async () => {
  const retry = { attempts: 3, backoff: 3_600_000 };
  const failing = new FailingModule({ retry }, () => true);
  await failing.start();
  await failing.bus.publish("a", 1);
  await failing.fail();
  await failing.start();
  const { subscription } = failing;
  await failing.close(); // and leaves no timer behind
  assert.equal(subscription.dropped, 1);
  const [warning] = failing.logs.filter(({ level }) => level === "warn");
  assert.deepEqual(warning?.properties, { count: 1, pattern: "a" });
});

for (const backoff of [0, 3_600_000]) {
  Deno.test(`unread retries are charged to the budget of their subscription, with a backoff of ${backoff} ms`, async () => {
    const budget = new CountedBudget(10);
    const retry = { attempts: 3, backoff };
    const failing = new FailingModule({ budget, retry }, () => true);
    await failing.start();
    await failing.bus.publish("a", 1);
    await failing.fail();
    assert.equal(budget.bytes, 1);
    await failing.close();
    assert.equal(budget.bytes, 0);
  });
}

for (const keep of [true, false]) {
  Deno.test(`with retry, the loop of a group receives the error of ${keep ? "a kept module" : "a module"}`, async () => {
    const retry = { attempts: 9 };
    const failing = new FailingModule({ group: "g", retry }, () => true);
    const causes: unknown[] = [];
    const { bus } = failing;
    const subscribe = bus.subscribe.bind(bus);
    bus.subscribe = (...of) => {
      const subscription = subscribe(...of);
      const start = subscription[Symbol.asyncIterator].bind(subscription);
      subscription[Symbol.asyncIterator] = () => {
        const loop = start();
        const leave = loop.throw!.bind(loop);
        loop.throw = (error) => (causes.push(error), leave(error));
        return loop;
      };
      return subscription;
    };
    const witness = subscribe("a", { group: "g" });
    await failing.start(keep);
    await bus.publish("a", 1);
    if (keep) await failing.fail();
    else await until(() => failing.subscription.closed);
    const { value } = await witness[Symbol.asyncIterator]().next();
    assert.equal(value?.message, 1);
    assert.deepEqual(causes, [new RangeError("failed at 1")]);
    await failing.close();
  });
}

Deno.test("in a group, leaving a loop with break counts as an attempt, and closing the subscription does not", async () => {
  await using bus = new MockBus();
  const options = { group: "g", retry: { attempts: 1 } };
  const witness = bus.subscribe("a", options);
  for (const way of ["break", "close"]) {
    const kept = new RestartableSubscription(bus, "a", options);
    await bus.publish("a", way);
    for await (const _ of kept) {
      if (way === "break") break;
      await kept.close();
    }
    await yieldTwice();
    await yieldTwice();
  }
  const { value } = await witness[Symbol.asyncIterator]().next();
  assert.equal(value?.message, "close");
  assert.equal(witness.dropped, 1);
});

for (const options of [{}, { group: "g" }] as BusSubscribeOptions[]) {
  const where = options.group === undefined ? "" : "of a group ";
  Deno.test(`on a typed topic a redelivered message ${where}is transformed once`, async () => {
    const bus = new MockBus();
    const topic = defineTopic("a", z.number().transform((n) => n + 1));
    const got: unknown[] = [];
    const make = (predecessor?: ModuleContext) => {
      const failed = Promise.withResolvers<void>();
      const context = new ModuleContext({
        id: "m",
        bus,
        log: recordLog([]),
        keep: true,
        predecessor,
        onFailure: () => failed.resolve(),
      });
      const retry = { attempts: 2 };
      const messages = context.subscribe(topic, { ...options, retry });
      context.run(async () => {
        for await (const { message, redelivered } of messages) {
          got.push([message, redelivered]);
          if (!redelivered) throw new Error("failed");
        }
      });
      return { context, failed: failed.promise };
    };
    const first = make();
    first.context.begin();
    await bus.publish("a", 1);
    await first.failed;
    await first.context.fail();
    const second = make(first.context);
    await second.context.ready();
    second.context.begin();
    await until(() => got.length === 2);
    assert.deepEqual(got, [[2, false], [2, true]]);
    await second.context.close();
    await bus.close();
  });
}

Deno.test("D3 a module whose handlings take long to close keeps its subscriptions all the same", async () => {
  const bus = new MockBus();
  const handle = bus.handle.bind(bus);
  bus.handle = (...of) => {
    const handling = handle(...of);
    const close = handling.close.bind(handling);
    handling.close = async () => {
      for (let turn = 0; turn < 5; turn++) await yieldTwice();
      await close();
    };
    return handling;
  };
  const failed = Promise.withResolvers<void>();
  const make = (predecessor?: ModuleContext) =>
    new ModuleContext({
      id: "m",
      bus,
      log: recordLog([]),
      keep: true,
      predecessor,
      onFailure: () => failed.resolve(),
    });
  const first = make();
  const messages = first.subscribe("a");
  first.handle("q", () => 1);
  first.run(async () => {
    for await (const _ of messages) throw new Error("failed");
  });
  first.begin();
  for (const n of [1, 2]) await bus.publish("a", n);
  await failed.promise;
  await first.fail();
  const second = make(first);
  const again = second.subscribe("a");
  await second.ready();
  const { value } = await again[Symbol.asyncIterator]().next();
  assert.equal(value?.message, 2);
  await second.close();
  await bus.close();
});
