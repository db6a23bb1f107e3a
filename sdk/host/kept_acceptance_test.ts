import assert from "node:assert/strict";
import { z } from "zod";
import { defineTopic, type TypedTopic } from "../define_topic.ts";
import type { SubscribeOptions, Subscription } from "../message_bus.ts";
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
  live: (heard: Subscription<unknown>) => Promise<void>,
) {
  const logs: LogRecord[][] = [[], []];
  const subscribe = (life: number, predecessor?: ModuleContext) => {
    const context = new ModuleContext({
      id: "m",
      bus,
      log: recordLog(logs[life]!),
      keep: true,
      predecessor,
    });
    const topic = (life === 0 ? before : after) as TypedTopic;
    return { context, heard: context.subscribe(topic, options) };
  };
  const first = subscribe(0);
  await live(first.heard);
  await first.context.fail();
  const second = subscribe(1, first.context);
  await second.context.ready();
  return { heard: second.heard, logs };
}

async function take(
  heard: Subscription<unknown>,
  n: number,
): Promise<unknown[]> {
  const got: unknown[] = [];
  const loop = heard[Symbol.asyncIterator]();
  while (got.length < n) got.push((await loop.next()).value?.message);
  return got;
}

Deno.test("D3 the restarted module goes on with what its own topic accepts", async (t) => {
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
          const { heard, logs } = await failBetween(
            bus,
            [before, after],
            options,
            async (heard) => {
              for (const n of [1, -1, 2]) await bus.publish(PLAIN, n);
              assert.deepEqual(await take(heard, 1), [
                before === PLAIN ? 1 : 11,
              ]);
            },
          );
          // In a group what it had in hand comes again, and to the new life as it was published.
          const left = options.group ? [1, -1, 2] : [-1, 2];
          const wanted = after === PLAIN
            ? left
            : left.filter((n) => n > 0).map((n) => n + 20);
          assert.deepEqual(await take(heard, wanted.length), wanted);
          const refused = left.length - wanted.length;
          assert.equal(heard.dropped, refused);
          assert.deepEqual(logs.map(({ length }) => length), [0, refused]);
        },
      );
    }
  }
});

Deno.test("D3 a failure while a schema takes its time loses nothing", async (t) => {
  for (const options of [{}, { group: "g" }]) {
    await t.step(options.group ? "in a group" : "alone", async () => {
      await using bus = new MockBus();
      const checking = Promise.withResolvers<boolean>();
      const slow = defineTopic(
        PLAIN,
        z.number().refine(() => checking.promise),
      );
      const { heard } = await failBetween(
        bus,
        [slow, slow],
        options,
        async (heard) => {
          const waiting = take(heard, 1);
          await bus.publish(PLAIN, 1);
          await bus.publish(PLAIN, 2);
          const { inHand, depth, readers } = heard;
          assert.deepEqual({ inHand, depth, readers }, {
            inHand: 1,
            depth: 1,
            readers: 0,
          });
          waiting.catch(() => {});
        },
      );
      checking.resolve(true);
      assert.deepEqual(await take(heard, 2), [1, 2]);
    });
  }
});

Deno.test("D3 the restarted module hears what its own where wants, and what waited", async (t) => {
  const above = (n: number) => ({
    where: ({ message }: { message: unknown }) => (message as number) > n,
  });
  for (const options of [{}, { group: "g" }]) {
    await t.step(options.group ? "in a group" : "alone", async () => {
      await using bus = new MockBus();
      const lives = [1, 2].map(() => ({ bus, id: "m", keep: true }));
      const log = recordLog([]);
      const first = new ModuleContext({ ...lives[0]!, log });
      const heard = first.subscribe(PLAIN, { ...options, ...above(2) });
      for (const n of [1, 2, 3]) await bus.publish(PLAIN, n);
      await first.fail();
      for (const n of [2, 4]) await bus.publish(PLAIN, n);
      assert.equal(heard.depth, 2);
      const second = new ModuleContext({
        ...lives[1]!,
        log,
        predecessor: first,
      });
      const again = second.subscribe(PLAIN, { ...options, ...above(4) });
      assert.equal(again, heard);
      await second.ready();
      for (const n of [4, 5]) await bus.publish(PLAIN, n);
      // In a group it is asked again by the member that gets it.
      const wanted = options.group ? [5] : [3, 4, 5];
      assert.deepEqual(await take(again, wanted.length), wanted);
      assert.equal(again.depth, 0);
      await second.close();
    });
  }
});
