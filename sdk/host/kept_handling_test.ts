import assert from "node:assert/strict";
import type { Handler } from "../message_bus.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { twoTurns } from "../testing/two_turns.ts";
import { type Answering, KeptHandling } from "./kept_handling.ts";
import { Life } from "./life.ts";

function answering(handler: Handler): Answering {
  return { handler, life: new Life() };
}

function make(handler: Handler, options = {}) {
  const bus = new MockBus();
  const first = answering(handler);
  const kept = new KeptHandling(bus, "q", options, first);
  return { bus, kept, first };
}

Deno.test("requests that come while it is held are answered by whoever answers next", async () => {
  const { bus, kept } = make(() => "old");
  assert.equal(await bus.ask("q", 1), "old");
  kept.hold();
  const waiting = bus.ask("q", 2);
  await twoTurns();
  assert.equal(kept.running, 0, "the module doesn't work on it");
  kept.resume(answering(() => "new"));
  assert.equal(await waiting, "new");
  await bus.close();
});

Deno.test("what is in flight when it is held is finished, and can be waited for", async () => {
  const answer = Promise.withResolvers<string>();
  const { bus, kept, first } = make(() => answer.promise);
  const asked = bus.ask("q", 1);
  await twoTurns();
  kept.hold();
  assert.equal(first.life.answers.count, 1);
  const none = first.life.answers.none();
  answer.resolve("late");
  assert.equal(await asked, "late");
  await none;
  await bus.close();
});

Deno.test("while the module waits for an answer itself it goes on answering", async () => {
  const { bus, kept, first } = make(() => "old");
  first.life.questions.begin();
  kept.hold();
  assert.equal(await bus.ask("q", 1), "old");
  first.life.questions.end();
  const waiting = bus.ask("q", 2);
  kept.resume(answering(() => "new"));
  assert.equal(await waiting, "new");
  await bus.close();
});

Deno.test("requests that wait when it is closed fail because of NO_HANDLER", async () => {
  const { bus, kept } = make(() => "old");
  kept.hold();
  const waiting = bus.ask("q", 1);
  await twoTurns();
  await kept.close();
  await assert.rejects(
    waiting,
    ({ code, cause }) => (cause?.code ?? code) === "NO_HANDLER",
  );
  assert(kept.closed);
  await bus.close();
});

Deno.test("it serves whoever would open the same, and nobody with a signal", () => {
  const retry = { attempts: 2, backoff: 1 };
  const { kept } = make(() => 1, { concurrency: 2, retry });
  assert(kept.serves("q", { concurrency: 2, retry: { ...retry } }));
  assert(!kept.serves("r", { concurrency: 2, retry }));
  assert(!kept.serves("q", { concurrency: 3, retry }));
  assert(!kept.serves("q", { concurrency: 2 }));
  const { signal } = new AbortController();
  assert(!kept.serves("q", { concurrency: 2, retry, signal }));
});

Deno.test("a request that was given up while it is held isn't answered by whoever comes next", async () => {
  const { bus, kept } = make(() => "old");
  kept.hold();
  const asking = new AbortController();
  const waiting = bus.ask("q", 1, { signal: asking.signal });
  await twoTurns();
  asking.abort();
  await assert.rejects(waiting, { code: "ABORTED" });
  let asked = 0;
  kept.resume(answering(() => ++asked));
  await twoTurns();
  assert.equal(asked, 0);
  await bus.close();
});
