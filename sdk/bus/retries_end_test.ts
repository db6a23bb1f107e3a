import assert from "node:assert/strict";
import { CaryatidError } from "../errors.ts";
import { Deadlines } from "./deadlines.ts";
import { HandlerPool } from "./handler_pool.ts";
import { Handlers } from "./handlers.ts";
import { PendingRequest } from "./pending_request.ts";
import { failing, make } from "./testing/retry_subject.ts";
import { turnOver } from "./turn.ts";

const CLOSED = new CaryatidError("BUS_CLOSED", "Cannot go on");

Deno.test("once nobody waits any more it isn't called again", async (t) => {
  const options = { retry: { attempts: 9, backoff: 100 } };

  await t.step("after the deadline", async () => {
    const { clock, deadlines, handlers, ask } = make();
    const { at, handler } = failing(9, clock);
    handlers.handle("a", handler, options);
    const answer = ask("a", 1, 250);
    const rejected = assert.rejects(answer, { code: "REQUEST_TIMEOUT" });
    await clock.advance(10_000);
    await rejected;
    assert.deepEqual(at, [0, 100]);
    deadlines.close();
  });

  await t.step("after an abort, also where no backoff is", async () => {
    for (const backoff of [0, 100]) {
      const { clock, handlers } = make();
      const leave = new AbortController();
      let calls = 0;
      handlers.handle("a", async () => {
        calls++;
        await turnOver();
        if (backoff === 0) leave.abort();
        throw new Error("failure");
      }, { retry: { attempts: 9, backoff } });
      const { signal } = leave;
      const answer = handlers.request("a", 1, { signal });
      const rejected = assert.rejects(answer, { code: "ABORTED" });
      await clock.advance(10);
      leave.abort();
      await rejected;
      await clock.advance(10_000);
      assert.equal(calls, 1);
    }
  });

  await t.step("after the end of the bus", async () => {
    const { clock, handlers, ask } = make();
    const { at, handler } = failing(9, clock);
    handlers.handle("a", handler, options);
    const rejected = assert.rejects(ask("a"), { code: "BUS_CLOSED" });
    await clock.advance(10);
    handlers.end(CLOSED);
    await rejected;
    await clock.advance(10_000);
    assert.deepEqual(at, [0]);
  });

  await t.step("after another handler has answered", async () => {
    const { clock, handlers, ask } = make();
    const { at, handler } = failing(9, clock);
    handlers.handle("a", handler, options);
    const { promise, resolve } = Promise.withResolvers<string>();
    handlers.handle("#", () => promise);
    const answer = ask("a");
    await clock.advance(150);
    resolve("the other's");
    assert.equal(await answer, "the other's");
    await clock.advance(10_000);
    assert.deepEqual(at, [0, 100]);
  });
});

Deno.test("a handling that closes fails what it would have tried again", async (t) => {
  for (const backoff of [0, 100]) {
    await t.step(backoff ? "what waits" : "what is due", async () => {
      const { clock, handlers, ask } = make();
      const block = Promise.withResolvers<string>();
      const handling = handlers.handle("a", ({ message }) => {
        if (message === "block") return block.promise;
        throw new Error("failure 1");
      }, { concurrency: 1, retry: { attempts: 9, backoff } });
      const failed = assert.rejects(ask("a"), {
        code: "HANDLER_FAILED",
        cause: { code: "Error", message: "failure 1" },
      });
      const blocked = ask("a", "block");
      await clock.advance(10);
      await handling.close();
      await failed;
      block.resolve("finished");
      assert.equal(await blocked, "finished");
    });
  }
});

Deno.test("it leaves no timer behind", async (t) => {
  const hour = { retry: { attempts: 2, backoff: 3_600_000 } };
  const fail = () => {
    throw new Error("failure");
  };

  await t.step("when nobody waits any more", async () => {
    const handlers = new Handlers(new Deadlines());
    handlers.handle("a", fail, hour);
    const leave = new AbortController();
    const answer = handlers.request("a", 1, { signal: leave.signal });
    await turnOver();
    leave.abort();
    await assert.rejects(answer, { code: "ABORTED" });
    await turnOver();
    await turnOver();
  });

  await t.step("in a pool of its own, when its handling closes", async () => {
    const pool = new HandlerPool("a");
    const handling = pool.add(fail, hour, () => {});
    const pending = new PendingRequest("a", 1, undefined, {
      settled() {},
      late() {},
    });
    pool.submit(pending);
    await turnOver();
    await handling.close();
    await assert.rejects(pending.answer, { code: "HANDLER_FAILED" });
    await turnOver();
    await turnOver();
  });
});
