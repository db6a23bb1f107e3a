import assert from "node:assert/strict";
import type { RecordedMessage } from "../record/recorded_message.ts";
import { Sending } from "./sending.ts";

const message = (sequence: number) => ({ sequence } as RecordedMessage);

Deno.test("Sending tells how each publish has ended, in order", async () => {
  const told: unknown[] = [];
  const sending = new Sending(3, ({ sequence }, error) => {
    told.push([sequence, (error as Error | undefined)?.message]);
  });
  sending.add(message(0), Promise.resolve());
  sending.add(message(1), Promise.reject(new Error("full")));
  assert.equal(sending.isFull, false);
  sending.add(message(2), Promise.resolve());
  assert.equal(sending.isFull, true);
  await sending.settle();
  assert.deepEqual(told, [[0, undefined], [1, "full"], [2, undefined]]);
  assert.equal(sending.isFull, false);
});

Deno.test("Sending ends with what is thrown at an error, and tells nothing of those behind it", async () => {
  const told: number[] = [];
  const sending = new Sending(9, ({ sequence }, error) => {
    if (error) throw error;
    told.push(sequence);
  });
  sending.add(message(0), Promise.resolve());
  sending.add(message(1), Promise.reject(new Error("first")));
  sending.add(message(2), Promise.reject(new Error("second")));
  await assert.rejects(sending.settle(), { message: "first" });
  assert.deepEqual(told, [0]);
});

Deno.test("Sending lets go of what is abandoned, and nobody has to handle it", async () => {
  const sending = new Sending(9, () => assert.fail("nobody is told"));
  const { promise, reject } = Promise.withResolvers<void>();
  sending.add(message(0), promise);
  sending.abandon();
  reject(new Error("late"));
  await promise.catch(() => {});
});
