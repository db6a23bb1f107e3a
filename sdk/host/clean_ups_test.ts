import assert from "node:assert/strict";
import { CleanUps } from "./tasks.ts";

function make() {
  const failures: unknown[] = [];
  const done: string[] = [];
  const cleanUps = new CleanUps((error) => failures.push(error));
  const note = (name: string) => () => void done.push(name);
  return { cleanUps, failures, done, note };
}

Deno.test("clean-ups run one after the other, the last added first", async () => {
  const { cleanUps, done, note } = make();
  const slow = Promise.withResolvers<void>();
  cleanUps.add(note("first"));
  cleanUps.add(async () => {
    await slow.promise;
    done.push("second");
  });
  const run = cleanUps.run();
  assert.deepEqual(done, []);
  slow.resolve();
  await run;
  assert.deepEqual(done, ["second", "first"]);
});

Deno.test("each clean-up runs once, even if run() is called again", async () => {
  const { cleanUps, done, note } = make();
  cleanUps.add(note("only"));
  await Promise.all([cleanUps.run(), cleanUps.run()]);
  await cleanUps.run();
  assert.deepEqual(done, ["only"]);
});

Deno.test("a clean-up that throws is reported, and the others still run", async () => {
  const { cleanUps, failures, done, note } = make();
  cleanUps.add(note("first"));
  const error = new Error("no");
  cleanUps.add(() => Promise.reject(error));
  await cleanUps.run();
  assert.deepEqual(failures, [error]);
  assert.deepEqual(done, ["first"]);
});

Deno.test("a clean-up added after run() runs at once, and run() waits for it", async () => {
  const { cleanUps, done, note } = make();
  await cleanUps.run();
  cleanUps.add(note("late"));
  await cleanUps.run();
  assert.deepEqual(done, ["late"]);
});
