import assert from "node:assert/strict";
import { Tasks } from "./tasks.ts";

function make() {
  const failures: unknown[] = [];
  const tasks = new Tasks((error) => failures.push(error), (work) => work());
  return { tasks, failures };
}

Deno.test("tasks wait until they may begin", () => {
  const { tasks } = make();
  const begun: number[] = [];
  const task = (n: number) => () => {
    begun.push(n);
    return Promise.resolve();
  };
  tasks.add(task(1));
  tasks.add(task(2));
  assert.deepEqual(begun, []);
  assert.equal(tasks.running, 0);
  tasks.begin();
  assert.deepEqual(begun, [1, 2]);
  tasks.add(task(3));
  assert.deepEqual(begun, [1, 2, 3]);
  tasks.begin();
  assert.deepEqual(begun, [1, 2, 3], "each begins once");
});

Deno.test("a task may add another one", async () => {
  const { tasks } = make();
  let inner = false;
  tasks.add(() => {
    tasks.add(() => Promise.resolve(void (inner = true)));
    return Promise.resolve();
  });
  tasks.begin();
  await tasks.ended();
  assert(inner);
});

Deno.test("ended() resolves when the last task has ended", async () => {
  const { tasks } = make();
  await tasks.ended();
  const [first, second] = [1, 2].map(() => Promise.withResolvers<void>());
  tasks.add(() => first!.promise);
  tasks.add(() => second!.promise);
  tasks.begin();
  assert.equal(tasks.running, 2);
  let ended = 0;
  const all = [tasks.ended(), tasks.ended()];
  for (const one of all) one.then(() => ended++);
  first!.resolve();
  await first!.promise;
  await null;
  assert.equal(tasks.running, 1);
  assert.equal(ended, 0);
  second!.resolve();
  await Promise.all(all);
  assert.equal(tasks.running, 0);
  tasks.add(() => first!.promise);
  await tasks.ended();
});

Deno.test("an error of a task is reported, and the other tasks still run", async () => {
  const { tasks, failures } = make();
  let other = false;
  tasks.add(() => Promise.reject("rejected"));
  tasks.add(() => {
    throw "thrown before its first await";
  });
  tasks.add(() => Promise.resolve(void (other = true)));
  tasks.begin();
  await tasks.ended();
  assert.deepEqual(
    failures.toSorted(),
    ["rejected", "thrown before its first await"],
  );
  assert(other);
});

Deno.test("cancel() drops tasks that have not begun and tasks added later", () => {
  const { tasks } = make();
  tasks.add(() => assert.fail("it began"));
  tasks.cancel();
  tasks.add(() => assert.fail("it began"));
  assert.equal(tasks.running, 0);
});

Deno.test("each task is called by `around`", async () => {
  const called: unknown[] = [];
  const tasks = new Tasks(() => {}, (work) => {
    called.push(work);
    return work();
  });
  const task = () => Promise.resolve();
  tasks.add(task);
  tasks.begin();
  await tasks.ended();
  assert.deepEqual(called, [task]);
});
