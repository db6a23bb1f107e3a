import assert from "node:assert/strict";
import { CaryatidError } from "../errors.ts";
import { failing, make } from "./testing/retry_subject.ts";
import { yieldToEventLoop } from "./event_loop.ts";

const CLOSED = new CaryatidError("BUS_CLOSED", "Cannot continue");

Deno.test("a handler is not called again after its request has settled", async (t) => {
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

  await t.step("after an abort, also without a backoff", async () => {
    for (const backoff of [0, 100]) {
      const { clock, handlers } = make();
      const leave = new AbortController();
      let calls = 0;
      handlers.handle("a", async () => {
        calls++;
        await yieldToEventLoop();
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

  await t.step("after an abort while the retry is due", async () => {
    const { clock, handlers, ask } = make();
    const calls: unknown[] = [];
    const block = Promise.withResolvers<string>();
    handlers.handle("a", ({ message }) => {
      calls.push(message);
      if (message === "block") return block.promise;
      throw new Error("failure");
    }, { concurrency: 1, retry: { attempts: 9, backoff: 1 } });
    const leave = new AbortController();
    const answer = handlers.request("a", "bad", { signal: leave.signal });
    const blocked = ask("a", "block");
    await clock.advance(10);
    leave.abort();
    await assert.rejects(answer, { code: "ABORTED" });
    block.resolve("done");
    assert.equal(await blocked, "done");
    await clock.advance(10);
    assert.deepEqual(calls, ["bad", "block"]);
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

Deno.test("a closed handling makes no further attempts", async (t) => {
  const { clock, handlers, ask } = make();
  const failsWith = (answer: Promise<unknown>, message: string) =>
    assert.rejects(answer, {
      code: "HANDLER_FAILED",
      cause: { code: "Error", message },
    });

  await t.step("a retry that waits fails with its last failure", async () => {
    const { handler } = failing(9, clock);
    const retry = { attempts: 9, backoff: 100 };
    const handling = handlers.handle("a", handler, { retry });
    const failed = failsWith(ask("a"), "failure 2");
    await clock.advance(150);
    await handling.close();
    await failed;
  });

  await t.step("a retry that is due fails with its last failure", async () => {
    const block = Promise.withResolvers<string>();
    const handling = handlers.handle("a", ({ message }) => {
      if (message === "block") return block.promise;
      throw new Error("failure");
    }, { concurrency: 1, retry: { attempts: 9 } });
    const failed = failsWith(ask("a"), "failure");
    const blocked = ask("a", "block");
    await clock.advance(10);
    await handling.close();
    await failed;
    block.resolve("finished");
    assert.equal(await blocked, "finished");
  });

  await t.step("an attempt in flight finishes without a retry", async () => {
    const result = Promise.withResolvers<void>();
    let calls = 0;
    const handling = handlers.handle("a", () => {
      calls++;
      return result.promise;
    }, { retry: { attempts: 9 } });
    const failed = failsWith(ask("a"), "failure");
    await clock.advance(10);
    await handling.close();
    result.reject(new Error("failure"));
    await failed;
    assert.equal(calls, 1);
  });

  await t.step(
    "a request that another handler handles is not affected",
    async () => {
      const { at, handler } = failing(9, clock);
      const retry = { attempts: 9, backoff: 100 };
      const handling = handlers.handle("a", handler, { retry });
      const other = Promise.withResolvers<string>();
      handlers.handle("#", () => other.promise);
      const answer = ask("a");
      await clock.advance(10);
      await handling.close();
      await clock.advance(1_000);
      assert.equal(at.length, 1);
      other.resolve("the other's");
      assert.equal(await answer, "the other's");
    },
  );
});
