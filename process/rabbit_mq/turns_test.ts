import assert from "node:assert/strict";
import { Turns } from "./turns.ts";

Deno.test("what bears the same name happens one after the other, also after a failure; other names don't wait", async () => {
  const turns = new Turns();
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
