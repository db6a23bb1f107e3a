import assert from "node:assert/strict";
import { Deadlines } from "./deadlines.ts";
import { HandlerPool } from "./handler_pool.ts";
import { PendingRequest, requestTimeoutError } from "./pending_request.ts";
import { yieldToEventLoop } from "./event_loop.ts";

Deno.test("B9 aborted requests are removed from the queue of a stuck handler", async () => {
  const deadlines = new Deadlines();
  const pool = new HandlerPool("a", deadlines);
  const stuck = Promise.withResolvers<unknown>();
  const handled: unknown[] = [];
  pool.add(
    ({ message }) => {
      handled.push(message);
      return stuck.promise;
    },
    { concurrency: 1 },
    () => {},
  );
  const owner = { settled() {}, late() {} };
  const ask = (n: number) => {
    const pending = new PendingRequest("a", n, undefined, owner);
    pool.submit(pending);
    return pending;
  };
  const given = ask(0);
  await yieldToEventLoop();
  const patient = ask(1);
  for (let n = 2; n < 10_000; n++) {
    const pending = ask(n);
    pending.answer.catch(() => {});
    pending.abandon(requestTimeoutError("a", 1));
    assert(pool.waiting < 200, `${pool.waiting} wait`);
  }
  stuck.resolve("answer");
  assert.equal(await given.answer, "answer");
  assert.equal(await patient.answer, "answer");
  await yieldToEventLoop(); // the others would have had their turn
  assert.deepEqual(handled, [0, 1]);
  pool.close();
});

Deno.test("B6 an answer that throws when its properties are read fails only its own request", async () => {
  const deadlines = new Deadlines();
  const pool = new HandlerPool("a", deadlines);
  const hostile = () =>
    new Proxy({}, {
      has() {
        throw new RangeError("looked at");
      },
    });
  const handling = pool.add(hostile, {}, () => {});
  const owner = { settled() {}, late() {} };
  const pending = new PendingRequest("a", 1, undefined, owner);
  pool.submit(pending);
  await assert.rejects(pending.answer, {
    code: "HANDLER_FAILED",
    cause: { code: "RangeError", message: "looked at" },
  });
  assert.equal(handling.running, 0);
  pool.close();
});
