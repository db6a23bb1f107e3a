import assert from "node:assert/strict";
import { CaryatidError } from "../errors.ts";
import type { HandleOptions, Handler } from "../handling.ts";
import { Deadlines } from "./deadlines.ts";
import { HandlerPool } from "./handler_pool.ts";
import { Handlers } from "./handlers.ts";
import { PendingRequest } from "./pending_request.ts";
import { failing, make } from "./testing/retry_subject.ts";
import { yieldToEventLoop } from "./event_loop.ts";

Deno.test("a handler that throws is called again until it succeeds", async (t) => {
  for (const later of [false, true]) {
    await t.step(later ? "if it rejects" : "if it throws", async () => {
      const { clock, handlers, ask } = make();
      const { at, handler } = failing(2, clock);
      const requests = new Set<unknown>();
      const handling = handlers.handle("a", (request) => {
        requests.add(request);
        return later
          ? yieldToEventLoop().then(() => handler(request))
          : handler(request);
      }, { retry: { attempts: 3 } });
      assert.equal(await ask("a"), 3);
      assert.deepEqual(at, [0, 0, 0]);
      assert.equal(requests.size, 1, "it is the same request");
      assert.equal(handling.running, 0);
    });
  }
});

Deno.test("the backoff doubles before each further call", async () => {
  const { clock, handlers, ask } = make();
  const { at, handler } = failing(4, clock);
  handlers.handle("a", handler, { retry: { attempts: 5, backoff: 10 } });
  const answer = ask("a");
  await clock.advance(1_000);
  assert.equal(await answer, 5);
  assert.deepEqual(at, [0, 10, 30, 70, 150]);
});

Deno.test("when the attempts are used up the last failure counts", async () => {
  const { clock, handlers, ask } = make();
  const { at, handler } = failing(9, clock);
  handlers.handle("a", handler, { retry: { attempts: 3 } });
  await assert.rejects(ask("a"), {
    code: "HANDLER_FAILED",
    cause: { code: "Error", message: "failure 3" },
  });
  assert.equal(at.length, 3);
});

Deno.test("a request that cannot succeed is not retried", async (t) => {
  const cases: Record<string, [Handler, code: string]> = {
    "a message that does not fit the schema": [() => {
      throw new CaryatidError("INVALID_MESSAGE", "Cannot use it");
    }, "INVALID_MESSAGE"],
    "an answer that is undefined": [() => undefined, "NOT_ENCODABLE"],
  };
  for (const [name, [handler, code]] of Object.entries(cases)) {
    await t.step(name, async () => {
      const { handlers, ask } = make();
      let calls = 0;
      handlers.handle("a", (request) => (calls++, handler(request)), {
        retry: { attempts: 3 },
      });
      await assert.rejects(ask("a"), (error: CaryatidError) => {
        return (error.cause as { code: string }).code === code;
      });
      assert.equal(calls, 1);
    });
  }
});

Deno.test("a request that waits for its next attempt does not block other requests", async (t) => {
  for (const backoff of [0, 100]) {
    await t.step(`with a backoff of ${backoff}`, async () => {
      const { clock, handlers, ask } = make();
      const calls: unknown[] = [];
      const handling = handlers.handle("a", async ({ message }) => {
        calls.push(message);
        await yieldToEventLoop();
        if (message === "bad") throw new Error("failure");
        return message;
      }, { concurrency: 1, retry: { attempts: 3, backoff } });
      const bad = assert.rejects(ask("a", "bad"), { code: "HANDLER_FAILED" });
      const good = Promise.all([1, 2, 3].map((n) => ask("a", n)));
      await clock.advance(10);
      assert.deepEqual(await good, [1, 2, 3]);
      if (backoff > 0) {
        assert.equal(handling.running, 0);
        assert.deepEqual(calls, ["bad", 1, 2, 3]);
        await clock.advance(10_000);
      } else {
        assert.deepEqual(calls.slice(0, 4), ["bad", "bad", 1, "bad"]);
      }
      await bad;
    });
  }
});

Deno.test("retried requests do not exceed the concurrency", async () => {
  const { clock, handlers, ask } = make();
  let running = 0;
  let most = 0;
  handlers.handle("a", async () => {
    most = Math.max(most, ++running);
    await yieldToEventLoop();
    running--;
    if (clock.now() < 10) throw new Error("not yet");
    return "done";
  }, { concurrency: 2, retry: { attempts: 2, backoff: 10 } });
  const answers = Promise.all([1, 2, 3, 4, 5].map((n) => ask("a", n)));
  await clock.advance(10);
  await clock.advance(10);
  assert.deepEqual(new Set(await answers), new Set(["done"]));
  assert.equal(most, 2);
});

Deno.test("handle throws INVALID_OPTION if retry is invalid", async () => {
  const { handlers, ask } = make();
  const bad = [
    ...[0, -1, 1.5, 101, NaN, "3"].map((attempts) => ({ attempts })),
    ...[-1, NaN, Infinity, 2 ** 31, "1"].map((backoff) => ({
      attempts: 2,
      backoff,
    })),
    ...[null, 3, {}],
  ];
  for (const retry of bad) {
    assert.throws(
      () => handlers.handle("a", () => 1, { retry } as HandleOptions),
      { code: "INVALID_OPTION" },
      Deno.inspect(retry),
    );
  }
  await assert.rejects(ask("a"), { code: "NO_HANDLER" });
  for (const backoff of [0, 0.5, 2 ** 31 - 1]) {
    handlers.handle("a", () => 1, { retry: { attempts: 100, backoff } });
  }
});

Deno.test("a retry leaves no timer running", async (t) => {
  const hour = { retry: { attempts: 2, backoff: 3_600_000 } };
  const fail = () => {
    throw new Error("failure");
  };

  await t.step("when the request was aborted", async () => {
    const handlers = new Handlers(new Deadlines());
    handlers.handle("a", fail, hour);
    const leave = new AbortController();
    const answer = handlers.request("a", 1, { signal: leave.signal });
    await yieldToEventLoop();
    leave.abort();
    await assert.rejects(answer, { code: "ABORTED" });
    await yieldToEventLoop();
    await yieldToEventLoop();
  });

  await t.step("when the request was aborted before the failure", async () => {
    const handlers = new Handlers(new Deadlines());
    const failing = Promise.withResolvers<void>();
    handlers.handle("a", () => failing.promise, hour);
    const leave = new AbortController();
    const answer = handlers.request("a", 1, { signal: leave.signal });
    await yieldToEventLoop();
    leave.abort();
    failing.reject(new Error("failure"));
    await assert.rejects(answer, { code: "ABORTED" });
    await yieldToEventLoop();
    await yieldToEventLoop();
  });

  await t.step("in a separate pool, when its handling closes", async () => {
    const pool = new HandlerPool("a");
    const handling = pool.add(fail, hour, () => {});
    const pending = new PendingRequest("a", 1, undefined, {
      settled() {},
      late() {},
    });
    pool.submit(pending);
    await yieldToEventLoop();
    await handling.close();
    await assert.rejects(pending.answer, { code: "HANDLER_FAILED" });
    await yieldToEventLoop();
    await yieldToEventLoop();
  });
});
