import assert from "node:assert/strict";
import { ActiveTasks } from "./active_task.ts";

const task = { id: "a", handler: true };

async function loaded(): Promise<ActiveTasks> {
  const tasks = new ActiveTasks();
  await tasks.load();
  return tasks;
}

Deno.test("the task of a handler is known in its first call, and after each await", async () => {
  const tasks = await loaded();
  const run = tasks.handler(task);
  for (let i = 0; i < 200; i++) {
    const later = run(async () => {
      await undefined;
      return tasks.current();
    });
    assert.equal(await later, task);
  }
  assert.equal(tasks.current(), undefined);
});

Deno.test("the task of a handler that answers at once is known while it runs", async () => {
  const tasks = await loaded();
  const run = tasks.handler(task);
  for (let i = 0; i < 200; i++) assert.equal(run(() => tasks.current()), task);
  assert.throws(() => run(() => assert.fail("it failed")), /it failed/);
  assert.equal(tasks.current(), undefined);
});

Deno.test("a handler that answers at once and calls another one gets its task back", async () => {
  const tasks = await loaded();
  const outer = tasks.handler(task);
  const inner = tasks.handler({ id: "b", handler: true });
  for (let i = 0; i < 200; i++) {
    const current = outer(() => {
      assert.equal(inner(() => tasks.current()?.id), "b");
      return tasks.current();
    });
    assert.equal(current, task);
  }
});

Deno.test("the task is known again from the second promise of a handler on", async () => {
  const tasks = await loaded();
  const run = tasks.handler(task);
  for (let i = 0; i < 200; i++) run(() => "at once");
  await run(() => Promise.resolve());
  const later = run(async () => {
    await undefined;
    return tasks.current();
  });
  assert.equal(await later, task);
});
