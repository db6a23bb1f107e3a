import assert from "node:assert/strict";
import { z } from "zod";
import { defineTopic } from "../define_topic.ts";
import type { Delivery, SubscribeOptions } from "../message_bus.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { type LogRecord, recordLog } from "../testing/record_log.ts";
import { twoTurns } from "../testing/two_turns.ts";
import { turn, within } from "../testing/conformance/within.ts";
import { KeptSubscription } from "./kept_subscription.ts";
import { ModuleContext } from "./module_context.ts";

/** A module that fails at what `ill` says, through its lives. */
class Patient {
  readonly bus = new MockBus();
  readonly heard: Delivery[] = [];
  readonly logs: LogRecord[] = [];
  readonly #options: SubscribeOptions;
  readonly #ill: (message: unknown) => boolean;
  #context: ModuleContext | undefined;
  #failed = Promise.withResolvers<void>();

  constructor(
    options: SubscribeOptions,
    ill: (message: unknown) => boolean,
  ) {
    this.#options = options;
    this.#ill = ill;
  }

  /** Its messages so far. */
  get messages(): unknown[] {
    return this.heard.map(({ message }) => message);
  }

  get subscription(): KeptSubscription {
    const [first] = this.#context!.subscriptions;
    assert(first instanceof KeptSubscription);
    return first;
  }

  /** Its first life, or the next one. */
  async live(keep = true): Promise<void> {
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
        this.heard.push(delivery);
        const { message } = delivery;
        if (this.#ill(message)) throw new RangeError(`ill of ${message}`);
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

const errors = ({ logs }: Patient) =>
  logs.filter(({ level }) => level === "error");

async function until(holds: () => boolean): Promise<void> {
  const held = async () => {
    while (!holds()) await turn();
  };
  await within(held(), () => `it: ${holds}`);
}

Deno.test("D3 with retry a failed module gets the message again, after those that came meanwhile", async () => {
  let failed: number | undefined;
  // Long enough for the next life to come first, on a busy machine too.
  const retry = { attempts: 3, backoff: 1_000 };
  const patient = new Patient({ retry }, (message) => {
    if (message !== 3 || failed !== undefined) return false;
    failed = performance.now();
    return true;
  });
  await patient.live();
  for (const n of [1, 2, 3, 4, 5]) {
    await patient.bus.publish("a", n, { id: `${n}`, headers: { b: "c" } });
  }
  await patient.fail();
  await patient.live();
  await until(() => patient.heard.length === 6);
  assert.deepEqual(patient.messages, [1, 2, 3, 4, 5, 3]);
  assert(performance.now() - failed! >= 990, "the backoff had passed");
  const again = patient.heard.at(-1)!;
  assert.equal(again.redelivered, true);
  assert.equal(again.id, "3");
  assert.deepEqual(again.headers, { b: "c" });
  assert.equal(again.time, patient.heard[2]!.time);
  assert.deepEqual(errors(patient), []);
  await patient.close();
});

Deno.test("D3 with retry a message is given up after its attempts, logged once and counted", async () => {
  const retry = { attempts: 3 };
  const patient = new Patient({ retry }, (message) => message === "poison");
  await patient.live();
  await patient.bus.publish("a", "poison", { id: "1" });
  for (let attempt = 1; attempt <= 3; attempt++) {
    await patient.fail();
    await patient.live();
  }
  await patient.bus.publish("a", "good");
  await until(() => patient.messages.includes("good"));
  assert.deepEqual(patient.messages, ["poison", "poison", "poison", "good"]);
  assert.equal(patient.subscription.dropped, 1);
  assert.deepEqual(
    errors(patient).map(({ properties }) => properties),
    [{ pattern: "a", topic: "a", id: "1", cause: "ill of poison", count: 3 }],
  );
  await patient.close();
});

Deno.test("D3 with retry what waits when the module stops is told of", async () => {
  const retry = { attempts: 3, backoff: 3_600_000 };
  const patient = new Patient({ retry }, () => true);
  await patient.live();
  await patient.bus.publish("a", 1);
  await patient.fail();
  await patient.live();
  const { subscription } = patient;
  await patient.close(); // and leaves no timer behind
  assert.equal(subscription.dropped, 1);
  const [warning] = patient.logs.filter(({ level }) => level === "warn");
  assert.deepEqual(warning?.properties, { count: 1, pattern: "a" });
});

for (const keep of [true, false]) {
  Deno.test(`with retry a group hears what ${keep ? "a kept module" : "a module"} failed with`, async () => {
    const retry = { attempts: 9 };
    const patient = new Patient({ group: "g", retry }, () => true);
    const causes: unknown[] = [];
    const { bus } = patient;
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
    await patient.live(keep);
    await bus.publish("a", 1);
    if (keep) await patient.fail();
    else await until(() => patient.subscription.closed);
    const { value } = await witness[Symbol.asyncIterator]().next();
    assert.equal(value?.message, 1);
    assert.deepEqual(causes, [new RangeError("ill of 1")]);
    await patient.close();
  });
}

Deno.test("in a group a loop that is left by break counts as an attempt, one that is closed doesn't", async () => {
  await using bus = new MockBus();
  const options = { group: "g", retry: { attempts: 1 } };
  const witness = bus.subscribe("a", options);
  for (const way of ["break", "close"]) {
    const kept = new KeptSubscription(bus, "a", options);
    await bus.publish("a", way);
    for await (const _ of kept) {
      if (way === "break") break;
      await kept.close();
    }
    await twoTurns();
    await twoTurns();
  }
  const { value } = await witness[Symbol.asyncIterator]().next();
  assert.equal(value?.message, "close");
  assert.equal(witness.dropped, 1);
});

for (const options of [{}, { group: "g" }] as SubscribeOptions[]) {
  const where = options.group === undefined ? "" : "of a group ";
  Deno.test(`on a typed topic what comes again ${where}is transformed once`, async () => {
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
      for (let turn = 0; turn < 5; turn++) await twoTurns();
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
