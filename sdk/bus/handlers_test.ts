import assert from "node:assert/strict";
import { Deadlines } from "./deadlines.ts";
import { yieldToEventLoop } from "./event_loop.ts";
import { Handlers } from "./handlers.ts";

Deno.test("B4 requests that wait when the last handler closes reject with NO_HANDLER, the one in flight is answered", async () => {
  const deadlines = new Deadlines();
  const handlers = new Handlers(deadlines);
  const begun = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  const handling = handlers.handle("ask", () => {
    begun.resolve();
    return answer.promise;
  }, { concurrency: 1 });
  const first = handlers.request("ask", 1, undefined);
  await begun.promise;
  const waiting = Promise.allSettled([
    handlers.request("ask", 2, undefined),
    handlers.request("ask", 3, undefined),
  ]);
  await handling.close();
  const codes = (await waiting).map((outcome) =>
    outcome.status === "rejected" && outcome.reason.code
  );
  assert.deepEqual(codes, ["NO_HANDLER", "NO_HANDLER"]);
  answer.resolve("done");
  assert.equal(await first, "done");
  assert.equal(handlers.pending, 0);
  deadlines.close();
});

Deno.test("B7 an answer after the timeout, and a second one, are counted in lateAnswers", async () => {
  const deadlines = new Deadlines();
  const handlers = new Handlers(deadlines);
  const answer = Promise.withResolvers<string>();
  handlers.handle("slow", () => answer.promise);
  await assert.rejects(handlers.request("slow", 1, { timeout: 1 }), {
    code: "REQUEST_TIMEOUT",
  });
  assert.equal(handlers.lateAnswers, 0);
  answer.resolve("too late");
  await yieldToEventLoop();
  assert.equal(handlers.lateAnswers, 1);
  handlers.handle("both.#", () => Promise.resolve("first"));
  handlers.handle("both.a", () => Promise.resolve("second"));
  await handlers.request("both.a", 1, undefined);
  await yieldToEventLoop();
  assert.equal(handlers.lateAnswers, 2);
  deadlines.close();
});
