import assert from "node:assert/strict";
import type { Handler } from "../handling.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { yieldTwice } from "../bus/event_loop.ts";
import { type Answering, RestartableHandling } from "./restartable_handling.ts";
import { ModuleRun } from "./module_run.ts";

function answering(handler: Handler): Answering {
  return { handler, run: new ModuleRun() };
}

function make(handler: Handler, options = {}) {
  const bus = new MockBus();
  const first = answering(handler);
  const kept = new RestartableHandling(bus, "q", options, first);
  return { bus, kept, first };
}

Deno.test("requests that arrive during a hold are answered by the next handler", async () => {
  const { bus, kept } = make(() => "old");
  assert.equal(await bus.ask("q", 1), "old");
  kept.hold();
  const waiting = bus.ask("q", 2);
  await yieldTwice();
  assert.equal(kept.running, 0, "the module does not handle it");
  kept.resume(answering(() => "new"));
  assert.equal(await waiting, "new");
  await bus.close();
});

Deno.test("a request in flight at the hold is finished, and idle() waits for it", async () => {
  const answer = Promise.withResolvers<string>();
  const { bus, kept, first } = make(() => answer.promise);
  const asked = bus.ask("q", 1);
  await yieldTwice();
  kept.hold();
  assert.equal(first.run.answers.count, 1);
  const none = first.run.answers.idle();
  answer.resolve("late");
  assert.equal(await asked, "late");
  await none;
  await bus.close();
});

Deno.test("a held module still answers while it waits for an answer itself", async () => {
  const { bus, kept, first } = make(() => "old");
  first.run.requests.begin();
  kept.hold();
  assert.equal(await bus.ask("q", 1), "old");
  first.run.requests.end();
  const waiting = bus.ask("q", 2);
  kept.resume(answering(() => "new"));
  assert.equal(await waiting, "new");
  await bus.close();
});

Deno.test("requests that wait when it is closed fail because of NO_HANDLER", async () => {
  const { bus, kept } = make(() => "old");
  kept.hold();
  const waiting = bus.ask("q", 1);
  await yieldTwice();
  await kept.close();
  await assert.rejects(
    waiting,
    ({ code, cause }) => (cause?.code ?? code) === "NO_HANDLER",
  );
  assert(kept.closed);
  await bus.close();
});

Deno.test("serves() is true for the same pattern and options, and false with a signal", () => {
  const retry = { attempts: 2, backoff: 1 };
  const { kept } = make(() => 1, { concurrency: 2, retry });
  assert(kept.serves("q", { concurrency: 2, retry: { ...retry } }));
  assert(!kept.serves("r", { concurrency: 2, retry }));
  assert(!kept.serves("q", { concurrency: 3, retry }));
  assert(!kept.serves("q", { concurrency: 2 }));
  const { signal } = new AbortController();
  assert(!kept.serves("q", { concurrency: 2, retry, signal }));
});

Deno.test("a request that is aborted during a hold does not reach the next handler", async () => {
  const { bus, kept } = make(() => "old");
  kept.hold();
  const asking = new AbortController();
  const waiting = bus.ask("q", 1, { signal: asking.signal });
  await yieldTwice();
  asking.abort();
  await assert.rejects(waiting, { code: "ABORTED" });
  let asked = 0;
  kept.resume(answering(() => ++asked));
  await yieldTwice();
  assert.equal(asked, 0);
  await bus.close();
});
