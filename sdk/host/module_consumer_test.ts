import assert from "node:assert/strict";
import { CaryatidError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";
import type { ConsumeOptions } from "../subscription.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { type LogRecord, recordLog } from "../testing/record_log.ts";
import { ModuleContext } from "./module_context.ts";

function make() {
  const logs: LogRecord[] = [];
  const failures: unknown[] = [];
  const bus = new MockBus();
  const context = new ModuleContext({
    id: "shop",
    bus,
    log: recordLog(logs),
    clock: bus.clock,
    onFailure: (error) => failures.push(error),
  });
  return { bus, context, logs, failures };
}

/** Resolves once `condition` holds, looking after each turn of the loop. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    assert(turn < 10_000, `the condition does not hold: ${condition}`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

async function end(
  { bus, context }: Pick<ReturnType<typeof make>, "bus" | "context">,
): Promise<void> {
  context.stop();
  await context.close();
  await context.ended();
  await bus.close();
}

Deno.test("B16 consume handles one message after the other, in order", async () => {
  const subject = make();
  const { bus, context } = subject;
  const steps: string[] = [];
  context.consume("a.*", async ({ message }) => {
    steps.push(`begin ${message}`);
    await Promise.resolve();
    steps.push(`end ${message}`);
  });
  await context.ready();
  context.begin();
  for (const n of [1, 2, 3]) await bus.inject(`a.${n}`, n);
  await until(() => steps.length === 6);
  assert.deepEqual(
    steps,
    [1, 2, 3].flatMap((n) => [`begin ${n}`, `end ${n}`]),
  );
  await end(subject);
});

Deno.test("B16 consume handles `concurrency` messages at the same time, and no more", async () => {
  for (const group of [undefined, "workers"]) {
    const subject = make();
    const { bus, context } = subject;
    const release = Promise.withResolvers<void>();
    let most = 0;
    const options: ConsumeOptions = {
      concurrency: 3,
      ...group && { group },
    };
    const consumer = context.consume("a", async () => {
      most = Math.max(most, consumer.inFlight);
      await release.promise;
    }, options);
    await context.ready();
    context.begin();
    for (let n = 0; n < 10; n++) await bus.inject("a", n);
    await until(() => consumer.inFlight === 3);
    release.resolve();
    await until(() => consumer.inFlight === 0 && consumer.queued === 0);
    assert.equal(most, 3);
    await end(subject);
  }
});

Deno.test("B16 a failure is retried with backoff, then counted and logged, and the module continues", async () => {
  const subject = make();
  const { bus, context, logs, failures } = subject;
  const attempts: number[] = [];
  const consumer = context.consume("a", ({ message }) => {
    if (message === "good") return;
    attempts.push(bus.clock.now());
    throw new CaryatidError("OUT_OF_STOCK", "no tea");
  }, { retry: { attempts: 3, backoff: 1_000 } });
  await context.ready();
  context.begin();
  await bus.inject("a", "bad");
  await bus.inject("a", "good");
  await until(() => attempts.length === 1);
  await bus.clock.advance(1_000);
  await until(() => attempts.length === 2);
  await bus.clock.advance(2_000);
  await until(() => consumer.failed === 1 && consumer.queued === 0);
  const [first = 0] = attempts;
  assert.deepEqual(attempts.map((at) => at - first), [0, 1_000, 3_000]);
  assert.equal(consumer.dropped, 1);
  assert.deepEqual(failures, []);
  const [record] = logs;
  assert.equal(record?.level, "error");
  assert.equal(record?.properties?.["module"], "shop");
  assert.equal(record?.properties?.["topic"], "a");
  assert.equal(record?.properties?.["attempts"], 3);
  assert.equal(record?.properties?.["reason"], "no tea");
  await end(subject);
});

Deno.test("B16 a handler that rejects with undefined or throws null fails only its message", async () => {
  const subject = make();
  const { bus, context, failures } = subject;
  const handled: unknown[] = [];
  const consumer = context.consume("a", ({ message }) => {
    handled.push(message);
    if (message === 1) return Promise.reject(undefined);
    if (message === 2) throw null;
  });
  await context.ready();
  context.begin();
  for (const n of [1, 2, 3]) await bus.inject("a", n);
  await until(() => handled.length === 3 && consumer.inFlight === 0);
  assert.equal(consumer.failed, 2);
  assert.deepEqual(failures, []);
  await end(subject);
});

Deno.test("B16 close() finishes what runs, and leaves the rest to the other members of the group", async () => {
  const subject = make();
  const { bus, context } = subject;
  const release = Promise.withResolvers<void>();
  const mine: unknown[] = [];
  const consumer = context.consume("a", async ({ message }) => {
    mine.push(message);
    await release.promise;
  }, { group: "workers", concurrency: 2 });
  await context.ready();
  context.begin();
  for (let n = 0; n < 6; n++) await bus.inject("a", n);
  await until(() => consumer.inFlight === 2);
  const theirs: Delivery[] = [];
  const other = bus.subscribe("a", { group: "workers" });
  const closed = consumer.close();
  assert(consumer.closed);
  release.resolve();
  await closed;
  for await (const delivery of other) {
    theirs.push(delivery);
    if (theirs.length === 4) break;
  }
  assert.deepEqual(mine.toSorted(), [0, 1]);
  assert.deepEqual(theirs.map(({ message }) => message).toSorted(), [
    2,
    3,
    4,
    5,
  ]);
  await end(subject);
});

Deno.test("B16 a retry that a stop interrupts leaves its message to the group", async () => {
  const subject = make();
  const { bus, context } = subject;
  let attempts = 0;
  context.consume("a", () => {
    attempts++;
    throw new Error("no luck");
  }, { group: "workers", retry: { attempts: 5, backoff: 60_000 } });
  await context.ready();
  context.begin();
  await bus.inject("a", 1);
  await until(() => attempts === 1);
  const other = bus.subscribe("a", { group: "workers" });
  context.stop();
  await context.close();
  await context.ended();
  for await (const { message, redelivered } of other) {
    assert.deepEqual([message, redelivered], [1, true]);
    break;
  }
  await bus.close();
});

Deno.test("B16 a handler aborted by the stop has not failed, and its message goes to the group", async () => {
  const subject = make();
  const { bus, context, logs } = subject;
  const consumer = context.consume(
    "a",
    () => context.clock.sleep(60_000),
    { group: "workers" },
  );
  await context.ready();
  context.begin();
  await bus.inject("a", 1);
  await until(() => consumer.inFlight === 1);
  const other = bus.subscribe("a", { group: "workers" });
  context.stop();
  await until(() => consumer.inFlight === 0);
  await context.close();
  await context.ended();
  assert.equal(consumer.failed, 0);
  assert.deepEqual(logs, []);
  for await (const { message, redelivered } of other) {
    assert.deepEqual([message, redelivered], [1, true]);
    break;
  }
  await bus.close();
});

Deno.test("consume throws INVALID_OPTION that names module and topic", () => {
  const { context } = make();
  for (
    const options of [
      { concurrency: 0 },
      { concurrency: 1.5 },
      { concurrency: NaN },
      { retry: { attempts: 0 } },
      { queueSize: 0 },
    ]
  ) {
    assert.throws(() => context.consume("order.*", () => {}, options), {
      code: "INVALID_OPTION",
    });
  }
  assert.throws(
    () => context.consume("order.*", () => {}, { concurrency: 0 }),
    { message: /"order\.\*" in module "shop"/ },
  );
});

Deno.test("the ready of a consume after the end of the module rejects with ABORTED, and no message is handled", async () => {
  const { bus, context } = make();
  await context.close();
  const consumer = context.consume("a", () => assert.fail("handled"));
  await assert.rejects(consumer.ready, { code: "ABORTED" });
  await bus.inject("a", 1);
  assert(consumer.closed);
  await context.ended();
  await bus.close();
});

Deno.test("B16 a stop drops and counts each message whose handling it interrupts, and logs their number once", async () => {
  const subject = make();
  const { bus, context, logs } = subject;
  const consumer = context.consume("a", () => context.clock.sleep(60_000));
  await context.ready();
  context.begin();
  for (let n = 0; n < 5; n++) await bus.inject("a", n);
  await until(() => consumer.inFlight === 1);
  context.stop();
  await until(() => consumer.dropped === 5);
  await context.close();
  await context.ended();
  assert.equal(consumer.failed, 0);
  assert.deepEqual(logs.map(({ properties }) => properties?.["count"]), [5]);
  await bus.close();
});

Deno.test("B16 close() does not wait for the backoff of a retry", async () => {
  const subject = make();
  const { bus, context } = subject;
  let attempts = 0;
  const consumer = context.consume("a", () => {
    attempts++;
    throw new Error("no luck");
  }, { retry: { attempts: 3, backoff: 60_000 } });
  await context.ready();
  context.begin();
  await bus.inject("a", 1);
  await until(() => attempts === 1);
  await consumer.close();
  assert.equal(consumer.dropped, 1);
  await end(subject);
});
