import assert from "node:assert/strict";
import { z } from "zod";
import { DerivedDelivery } from "../bus/local_delivery.ts";
import { defineTopic } from "../define_topic.ts";
import type { Delivery } from "../delivery.ts";
import type { Accept, Subscription } from "../subscription.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { recordLog } from "../testing/record_log.ts";
import type { LogRecord } from "../testing/record_log.ts";
import { ModuleContext } from "./module_context.ts";

const numbers = defineTopic("n", z.object({ n: z.number() }));
const texts = defineTopic("n", z.object({ n: z.string().transform(Number) }));

function make() {
  const bus = new MockBus();
  const logs: LogRecord[] = [];
  const context = new ModuleContext({ id: "m", bus, log: recordLog(logs) });
  return { bus, context, logs };
}

async function take<T>(subscription: Subscription<T>): Promise<Delivery<T>> {
  const { done, value } = await subscription[Symbol.asyncIterator]().next();
  assert(!done);
  return value;
}

Deno.test("the original object is delivered", async (t) => {
  await t.step("when it was published with the same typed topic", async () => {
    const { context } = make();
    const subscription = context.subscribe(numbers);
    const message = { n: 1 };
    await context.publish(numbers, message);
    assert.equal((await take(subscription)).message, message);
  });

  await t.step("when it comes from elsewhere", async () => {
    const { bus, context } = make();
    const subscription = context.subscribe(numbers);
    const message = { n: 1 };
    await bus.inject("n", message);
    assert.equal((await take(subscription)).message, message);
  });

  await t.step("when the schema is asynchronous", async () => {
    const { bus, context } = make();
    const slow = z.object({ n: z.number() }).refine(() =>
      Promise.resolve(true)
    );
    const subscription = context.subscribe(defineTopic("n", slow));
    const message = { n: 1 };
    await bus.inject("n", message);
    assert.equal((await take(subscription)).message, message);
  });
});

Deno.test("a typed delivery has the transformed message and all other properties of the original", async () => {
  const { bus, context } = make();
  const transformed = context.subscribe(texts);
  const plain = context.subscribe("n");
  await bus.clock.advance(7);
  await context.publish(texts, { n: "1" }, { headers: { a: "b" } });
  const got = await take(transformed);
  const original = await take(plain);
  assert.deepEqual(got.message, { n: 1 });
  assert.deepEqual(original.message, { n: "1" });
  const { topic, id, headers, time, redelivered } = got;
  assert.equal(topic, "n");
  assert.equal(id, original.id);
  assert.deepEqual(headers, { a: "b" });
  assert.equal(time, 7);
  assert.equal(redelivered, false);
});

Deno.test("A4 an unfinished message is redelivered to the next member with the transformed message", async () => {
  const { bus, context } = make();
  const leaver = context.subscribe(texts, { group: "g" });
  await bus.inject("n", { n: "1" });
  await take(leaver);
  const heir = context.subscribe(texts, { group: "g" });
  await leaver.close();
  const { message, redelivered } = await take(heir);
  assert.deepEqual([message, redelivered], [{ n: 1 }, true]);
});

Deno.test("a message is checked once on its way from publisher to subscribers", async () => {
  let checks = 0;
  const counted = defineTopic(
    "n",
    z.number().refine(() => ++checks > 0),
  );
  const { bus, context } = make();
  const subscriptions = [
    context.subscribe(counted),
    context.subscribe(counted),
  ];
  await context.publish(counted, 1);
  for (const one of subscriptions) await take(one);
  assert.equal(checks, 1);
  await bus.inject("n", 2);
  for (const one of subscriptions) await take(one);
  assert.equal(checks, 3);
});

Deno.test("a message that does not fit the schema is dropped, counted and logged", async () => {
  const { bus, context, logs } = make();
  const subscription = context.subscribe(numbers);
  for (const bad of [{ n: "1" }, null, 7]) await bus.inject("n", bad);
  await bus.inject("n", { n: 2 });
  assert.deepEqual((await take(subscription)).message, { n: 2 });
  assert.equal(subscription.dropped, 3);
  assert.deepEqual(logs.map(({ level, text }) => ({ level, text })), [
    { level: "warn", text: "dropped a message: {reason}" },
    { level: "warn", text: "dropped a message: {reason}" },
    { level: "warn", text: "dropped a message: {reason}" },
  ]);
  assert.equal(logs[0]!.properties?.code, "INVALID_MESSAGE");
  assert.match(String(logs[0]!.properties?.reason), /"n": n: /);
});

Deno.test("a message that two subscriptions of a module drop is logged once", async () => {
  const { bus, context, logs } = make();
  const all = [context.subscribe(numbers), context.subscribe(numbers)];
  const bad = { n: "1" };
  await bus.inject("n", bad);
  await bus.inject("n", { n: 2 });
  for (const one of all) assert.deepEqual((await take(one)).message, { n: 2 });
  assert.deepEqual(all.map(({ dropped }) => dropped), [1, 1]);
  assert.equal(logs.length, 1);
});

Deno.test("dropped also counts the messages that the full queue dropped", async () => {
  const { bus, context } = make();
  const subscription = context.subscribe(numbers, {
    queueSize: 2,
    overflow: "drop-oldest",
  });
  for (const n of [1, 2, "three", 4]) await bus.inject("n", { n });
  assert.deepEqual((await take(subscription)).message, { n: 4 });
  assert.equal(subscription.dropped, 3);
});

Deno.test("1,000 invalid messages in a row leave no chain of promises", async () => {
  const { bus, context } = make();
  const subscription = context.subscribe(numbers);
  const taken = take(subscription);
  let over = false;
  taken.then(() => over = true);
  for (let i = 0; i < 1_000; i++) await bus.inject("n", "bad");
  await bus.inject("n", { n: 1 });
  // Promises that wait for one another settle one by one, the last of a
  // thousand a thousand steps later.
  let steps = 0;
  for (; !over; steps++) await null;
  assert(steps < 100, `${steps} steps`);
});

Deno.test("a typed subscription behaves like any other", async (t) => {
  await t.step("with its queue, loops and deliveries", async () => {
    const { bus, context } = make();
    const subscription = context.subscribe(numbers);
    await subscription.ready;
    assert.equal(subscription.pattern, "n");
    await bus.inject("n", { n: 1 });
    await bus.inject("n", { n: 2 });
    assert.deepEqual([
      subscription.queued,
      subscription.inFlight,
      subscription.readers,
    ], [2, 0, 0]);
    const loop = subscription[Symbol.asyncIterator]();
    await loop.next();
    assert.deepEqual([
      subscription.queued,
      subscription.inFlight,
      subscription.readers,
    ], [1, 1, 0]);
    await loop.next();
    const waiting = loop.next();
    assert.deepEqual([
      subscription.queued,
      subscription.inFlight,
      subscription.readers,
    ], [0, 0, 1]);
    await subscription.close();
    assert.deepEqual(await waiting, { done: true, value: undefined });
  });

  await t.step("while its asynchronous schema is pending", async () => {
    const { bus, context } = make();
    const checking = Promise.withResolvers<boolean>();
    const slow = z.number().refine(() => checking.promise);
    const subscription = context.subscribe(defineTopic("n", slow));
    const waiting = subscription[Symbol.asyncIterator]().next();
    assert.deepEqual([
      subscription.queued,
      subscription.inFlight,
      subscription.readers,
    ], [0, 0, 1]);
    await bus.inject("n", 1);
    await bus.inject("n", 2);
    assert.deepEqual([
      subscription.queued,
      subscription.inFlight,
      subscription.readers,
    ], [1, 1, 0]);
    checking.resolve(true);
    assert.equal((await waiting).value?.message, 1);
  });

  await t.step("A14 break closes it", async () => {
    const { bus, context } = make();
    const subscription = context.subscribe(numbers);
    await bus.inject("n", { n: 1 });
    for await (const _ of subscription) break;
    assert(subscription.closed);
  });

  await t.step(
    "A14 a waiting loop ends when its subscription is closed, also after an invalid message",
    async () => {
      const { bus, context } = make();
      const subscription = context.subscribe(numbers);
      const loop = subscription[Symbol.asyncIterator]();
      const waiting = loop.next();
      await bus.inject("n", "bad");
      await subscription[Symbol.asyncDispose]();
      assert.deepEqual(await waiting, { done: true, value: undefined });
      assert.deepEqual(await loop.next(), { done: true, value: undefined });
    },
  );
});

Deno.test("a schema that throws costs only the message", async () => {
  const { bus, context, logs } = make();
  const fragile = defineTopic("n", {
    "~standard": {
      version: 1,
      vendor: "test",
      validate(value: unknown) {
        if (value === "bad") throw new Error("fragile");
        return { value };
      },
    },
  });
  const subscription = context.subscribe(fragile);
  await bus.inject("n", "bad");
  await bus.inject("n", "good");
  assert.equal((await take(subscription)).message, "good");
  assert.equal(subscription.dropped, 1);
  assert.deepEqual(logs[0]?.properties, {
    reason: 'Cannot use the message on "n": its schema throws: fragile',
    code: "INVALID_MESSAGE",
  });
});

Deno.test("1,000 invalid messages in a row leave no chain of promises if the schema is asynchronous", async () => {
  const { bus, context } = make();
  const slow = z.object({ n: z.number() }).refine(() => Promise.resolve(true));
  const subscription = context.subscribe(defineTopic("n", slow), {
    queueSize: 2_000,
  });
  for (let i = 0; i < 1_000; i++) await bus.inject("n", "bad");
  await bus.inject("n", { n: 1 });
  const taken = take(subscription);
  while (subscription.queued > 0) await null;
  let over = false;
  taken.then(() => over = true);
  let steps = 0;
  for (; !over; steps++) await null;
  assert(steps < 100, `${steps} steps`);
  assert.equal(subscription.dropped, 1_000);
});

/** Refuses odd numbers and doubles even ones. */
const evenDoubled: Accept = (delivery) => {
  const { n } = delivery.message as { n: number };
  if (n % 2 === 1) throw new Error(`${n} is odd`);
  return new DerivedDelivery(delivery, { n: 2 * n }, delivery.redelivered);
};

Deno.test("a module's own accept comes after the schema, or alone", async (t) => {
  const slowTexts = defineTopic(
    "n",
    z.object({ n: z.string().transform((n) => Promise.resolve(Number(n))) }),
  );
  const cases = { typed: texts, "typed, slow": slowTexts, untyped: "n" };
  for (const [name, topic] of Object.entries(cases)) {
    await t.step(name, async () => {
      const { bus, context, logs } = make();
      const accept = evenDoubled;
      const subscription = typeof topic === "string"
        ? context.subscribe(topic, { accept })
        : context.subscribe(topic, { accept });
      for (const n of [1, 2]) {
        await bus.inject("n", { n: typeof topic === "string" ? n : `${n}` });
      }
      assert.deepEqual((await take<unknown>(subscription)).message, { n: 4 });
      assert.equal(subscription.dropped, 1);
      assert.deepEqual(logs.map(({ properties }) => properties), [
        { reason: "1 is odd", code: "Error" },
      ]);
    });
  }
});

Deno.test("the where filter receives the message as it was published, before the schema", async () => {
  const { bus, context, logs } = make();
  const seen: unknown[] = [];
  const subscription = context.subscribe(texts, {
    where: ({ message }) => {
      seen.push(message);
      return (message as { n: unknown }).n !== "1";
    },
  });
  for (const n of ["1", "2"]) await bus.inject("n", { n });
  assert.deepEqual((await take(subscription)).message, { n: 2 });
  assert.deepEqual(seen, [{ n: "1" }, { n: "2" }]);
  assert.equal(subscription.dropped, 0);
  assert.deepEqual(logs, []);
});

Deno.test("a message for which where throws is dropped and logged once", async (t) => {
  for (const options of [{}, { group: "g" }]) {
    await t.step(options.group ? "in a group" : "alone", async () => {
      const { bus, context, logs } = make();
      const subscription = context.subscribe("n", {
        ...options,
        where: ({ message }) => (message as { n: number }).n > 0,
      });
      await bus.inject("n", null);
      await bus.inject("n", { n: 1 });
      assert.deepEqual((await take(subscription)).message, { n: 1 });
      assert.equal(subscription.dropped, 1);
      assert.deepEqual(logs, [{
        level: "warn",
        text: "dropped a message: {reason}",
        properties: {
          reason: "Cannot read properties of null (reading 'n')",
          code: "TypeError",
        },
      }]);
    });
  }
});
