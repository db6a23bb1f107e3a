import assert from "node:assert/strict";
import { ProcessViews } from "./process_views.ts";

Deno.test("ProcessViews keeps the latest snapshot of each process and forgets a silent one", () => {
  let now = 0;
  const bus = new ProcessViews(() => now);
  const message = (id: string, count: number) => ({
    timestamp_ms: now,
    modules: { m: { requests: { ask: { count } } } },
    process: { id, name: "one" },
  });
  assert.equal(bus.take("nothing"), false);
  bus.take(message("b", 0));
  bus.processes();
  now = 500;
  bus.take(message("b", 10));
  bus.take(message("a", 1));
  const views = bus.processes();
  assert.deepEqual(views.map(({ id }) => id), ["a", "b"]);
  assert.equal(views[1]?.modules[0]?.requests[0]?.rate, 20);
  now = 5_600;
  bus.take(message("a", 2));
  assert.deepEqual(bus.processes().map(({ id }) => id), ["a"]);
});

Deno.test("ProcessViews reads each message, also if its time is missing", () => {
  const bus = new ProcessViews(() => 0);
  const message = (count: number) => ({
    modules: { m: { writes: { a: { count } } } },
  });
  for (const count of [1, 2]) {
    bus.take(message(count));
    const [view] = bus.processes();
    assert.equal(view?.modules[0]?.writes[0]?.count, count);
  }
});

Deno.test("ProcessViews reads a message once", () => {
  const bus = new ProcessViews(() => 0);
  bus.take({ modules: {} });
  assert.equal(bus.processes()[0], bus.processes()[0]);
});

Deno.test("ProcessViews keeps at most 200 processes", () => {
  const bus = new ProcessViews(() => 0);
  for (let id = 0; id < 1_000; id++) {
    bus.take({ modules: {}, process: { id: String(id) } });
  }
  assert.equal(bus.processes().length, 200);
});
