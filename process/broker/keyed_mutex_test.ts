import assert from "node:assert/strict";
import { KeyedMutex } from "./keyed_mutex.ts";

Deno.test("KeyedMutex runs the tasks of one name one after the other, also after a failure, and those of other names at once", async () => {
  const turns = new KeyedMutex();
  const gate = Promise.withResolvers<void>();
  const done: string[] = [];
  const step = (text: string) => () => {
    done.push(text);
    return Promise.resolve();
  };
  const first = turns.take("a", async () => {
    await gate.promise;
    done.push("first");
    throw new Error("no");
  });
  const second = turns.take("a", step("second"));
  const third = turns.take("a", step("third"));
  await turns.take("b", step("other"));
  gate.resolve();
  await assert.rejects(first, { message: "no" });
  await Promise.all([second, third]);
  assert.deepEqual(done, ["other", "first", "second", "third"]);
});
