import assert from "node:assert/strict";
import type { RecordedMessage } from "../record/entry.ts";
import { InFlightPublishes } from "./in_flight_publishes.ts";

const message = (sequence: number) => ({ sequence } as RecordedMessage);

Deno.test("InFlightPublishes reports the outcome of each publish in order", async () => {
  const reported: unknown[] = [];
  const publishes = new InFlightPublishes(3, ({ sequence }, error) => {
    reported.push([sequence, (error as Error | undefined)?.message]);
  });
  publishes.add(message(0), Promise.resolve());
  publishes.add(message(1), Promise.reject(new Error("full")));
  assert.equal(publishes.isFull, false);
  publishes.add(message(2), Promise.resolve());
  assert.equal(publishes.isFull, true);
  await publishes.settle();
  assert.deepEqual(reported, [[0, undefined], [1, "full"], [2, undefined]]);
  assert.equal(publishes.isFull, false);
});

Deno.test("InFlightPublishes rejects with the error of its callback and reports no later publish", async () => {
  const reported: number[] = [];
  const publishes = new InFlightPublishes(9, ({ sequence }, error) => {
    if (error) throw error;
    reported.push(sequence);
  });
  publishes.add(message(0), Promise.resolve());
  publishes.add(message(1), Promise.reject(new Error("first")));
  publishes.add(message(2), Promise.reject(new Error("second")));
  await assert.rejects(publishes.settle(), { message: "first" });
  assert.deepEqual(reported, [0]);
});

Deno.test("InFlightPublishes handles rejections of abandoned publishes", async () => {
  const publishes = new InFlightPublishes(
    9,
    () => assert.fail("no outcome is reported"),
  );
  const { promise, reject } = Promise.withResolvers<void>();
  publishes.add(message(0), promise);
  publishes.abandon();
  reject(new Error("late"));
  await promise.catch(() => {});
});
