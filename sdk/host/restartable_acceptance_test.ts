import assert from "node:assert/strict";
import { z } from "zod";
import { defineTopic } from "../define_topic.ts";
import type { TypedTopic } from "../typed_topic.ts";
import type { SubscribeOptions, Subscription } from "../subscription.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { type LogRecord, recordLog } from "../testing/record_log.ts";
import { ModuleContext } from "./module_context.ts";

const PLAIN = "a.b";
const plus = (n: number) =>
  defineTopic(PLAIN, z.number().positive().transform((m) => m + n));
const slowlyPlus = (n: number) =>
  defineTopic(
    PLAIN,
    z.number().positive().transform((m) => Promise.resolve(m + n)),
  );

/** A module before and after a failure, with what each logged. */
async function failBetween(
  bus: MockBus,
  [before, after]: [TypedTopic | string, TypedTopic | string],
  options: SubscribeOptions,
  receive: (subscription: Subscription<unknown>) => Promise<void>,
) {
  const logs: LogRecord[][] = [[], []];
  const subscribe = (run: number, predecessor?: ModuleContext) => {
    const context = new ModuleContext({
      id: "m",
      bus,
      log: recordLog(logs[run]!),
      keep: true,
      predecessor,
    });
    const topic = (run === 0 ? before : after) as TypedTopic;
    return { context, subscription: context.subscribe(topic, options) };
  };
  const first = subscribe(0);
  await receive(first.subscription);
  await first.context.fail();
  const second = subscribe(1, first.context);
  await second.context.ready();
  return { subscription: second.subscription, logs };
}

async function take(
  subscription: Subscription<unknown>,
  n: number,
): Promise<unknown[]> {
  const got: unknown[] = [];
  const loop = subscription[Symbol.asyncIterator]();
  while (got.length < n) got.push((await loop.next()).value?.message);
  return got;
}

Deno.test("D3 a restarted module receives the waiting messages that its new topic accepts", async (t) => {
  const cases: [string, TypedTopic | string, TypedTopic | string][] = [
    ["typed, typed again", plus(10), plus(20)],
    ["typed, slowly typed", plus(10), slowlyPlus(20)],
    ["slowly typed, typed", slowlyPlus(10), plus(20)],
    ["typed, then not", plus(10), PLAIN],
    ["untyped, then typed", PLAIN, plus(20)],
  ];
  for (const options of [{}, { group: "g" }]) {
    for (const [name, before, after] of cases) {
      await t.step(
        `${name}${options.group ? ", in a group" : ""}`,
        async () => {
          await using bus = new MockBus();
          const { subscription, logs } = await failBetween(
            bus,
            [before, after],
            options,
            async (subscription) => {
              for (const n of [1, -1, 2]) await bus.publish(PLAIN, n);
              assert.deepEqual(await take(subscription, 1), [
                before === PLAIN ? 1 : 11,
              ]);
            },
          );
          // In a group, deliveries in flight are redelivered. The restarted
          // module receives the messages as they were published.
          const left = options.group ? [1, -1, 2] : [-1, 2];
          const wanted = after === PLAIN
            ? left
            : left.filter((n) => n > 0).map((n) => n + 20);
          assert.deepEqual(await take(subscription, wanted.length), wanted);
          const refused = left.length - wanted.length;
          assert.equal(subscription.dropped, refused);
          assert.deepEqual(logs.map(({ length }) => length), [0, refused]);
        },
      );
    }
  }
});

Deno.test("D3 a failure while an asynchronous schema is pending loses no message", async (t) => {
  for (const options of [{}, { group: "g" }]) {
    await t.step(options.group ? "in a group" : "alone", async () => {
      await using bus = new MockBus();
      const checking = Promise.withResolvers<boolean>();
      const slow = defineTopic(
        PLAIN,
        z.number().refine(() => checking.promise),
      );
      const { subscription } = await failBetween(
        bus,
        [slow, slow],
        options,
        async (subscription) => {
          const waiting = take(subscription, 1);
          await bus.publish(PLAIN, 1);
          await bus.publish(PLAIN, 2);
          const { inFlight, queued, readers } = subscription;
          assert.deepEqual({ inFlight, queued, readers }, {
            inFlight: 1,
            queued: 1,
            readers: 0,
          });
          waiting.catch(() => {});
        },
      );
      checking.resolve(true);
      assert.deepEqual(await take(subscription, 2), [1, 2]);
    });
  }
});

Deno.test("D3 a restarted module receives the waiting messages, and later ones that its new where accepts", async (t) => {
  const above = (n: number) => ({
    where: ({ message }: { message: unknown }) => (message as number) > n,
  });
  for (const options of [{}, { group: "g" }]) {
    await t.step(options.group ? "in a group" : "alone", async () => {
      await using bus = new MockBus();
      const runs = [1, 2].map(() => ({ bus, id: "m", keep: true }));
      const log = recordLog([]);
      const first = new ModuleContext({ ...runs[0]!, log });
      const subscription = first.subscribe(PLAIN, { ...options, ...above(2) });
      for (const n of [1, 2, 3]) await bus.publish(PLAIN, n);
      await first.fail();
      for (const n of [2, 4]) await bus.publish(PLAIN, n);
      assert.equal(subscription.queued, 2);
      const second = new ModuleContext({
        ...runs[1]!,
        log,
        predecessor: first,
      });
      const again = second.subscribe(PLAIN, { ...options, ...above(4) });
      assert.equal(again, subscription);
      await second.ready();
      for (const n of [4, 5]) await bus.publish(PLAIN, n);
      // In a group, the where filter of the receiving member runs again.
      const wanted = options.group ? [5] : [3, 4, 5];
      assert.deepEqual(await take(again, wanted.length), wanted);
      assert.equal(again.queued, 0);
      await second.close();
    });
  }
});
