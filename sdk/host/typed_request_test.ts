import assert from "node:assert/strict";
import { z } from "zod";
import { defineTopic } from "../define_topic.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { answerChecked, requestChecked } from "./typed_sends.ts";

/**
 * Asked with text, handled as a number; answered with a number, got as text.
 */
const half = defineTopic("half.*", z.string().transform(Number), {
  answer: z.number().transform(String),
});
const asked = { ...half, name: "half.of" };

Deno.test("request and answer are transformed on their way", async () => {
  await using bus = new MockBus();
  bus.handle(
    half.name,
    answerChecked(half, ({ message }) => message as number / 2),
  );
  assert.equal(await requestChecked(bus, asked, "8", undefined), "4");
  assert.deepEqual(bus.requested, [{ topic: "half.of", message: "8" }]);
});

Deno.test("without a schema for answers any answer is accepted", async () => {
  await using bus = new MockBus();
  const topic = defineTopic("any", z.number());
  bus.handle("any", answerChecked(topic, () => ["whatever"]));
  assert.deepEqual(await requestChecked(bus, topic, 1, undefined), [
    "whatever",
  ]);
});

Deno.test("a request that does not fit rejects with INVALID_MESSAGE and is not sent", async () => {
  await using bus = new MockBus();
  bus.answer("half.*", () => assert.fail("it was asked"));
  await assert.rejects(requestChecked(bus, asked, 8, undefined), {
    code: "INVALID_MESSAGE",
  });
  assert.deepEqual(bus.requested, []);
});

Deno.test("a received request that does not fit fails with INVALID_MESSAGE and is not handled", async () => {
  await using bus = new MockBus();
  bus.handle(
    "half.*",
    answerChecked(half, () => assert.fail("it was handled")),
  );
  await assert.rejects(bus.ask("half.of", 8), (error: Error) => {
    const { code } = error.cause as { code: string };
    assert.equal(code, "INVALID_MESSAGE");
    return true;
  });
});

Deno.test("an answer that does not fit the schema", async (t) => {
  await t.step("fails at the handler", async () => {
    await using bus = new MockBus();
    bus.handle("half.*", answerChecked(half, () => "four"));
    await assert.rejects(bus.ask("half.of", "8"), {
      code: "HANDLER_FAILED",
      message: /INVALID_MESSAGE: Cannot use the message on "half\.of"/,
    });
  });

  await t.step(
    "of an unchecked handler is INVALID_MESSAGE at the requester",
    async () => {
      await using bus = new MockBus();
      bus.answer("half.*", () => "four");
      await assert.rejects(requestChecked(bus, asked, "8", undefined), {
        code: "INVALID_MESSAGE",
      });
    },
  );
});

Deno.test("asynchronous schemas are awaited", async () => {
  await using bus = new MockBus();
  const slow = defineTopic(
    "slow",
    z.number().refine((n) => Promise.resolve(n > 0)),
    { answer: z.number().refine((n) => Promise.resolve(n > 0)) },
  );
  bus.handle("slow", answerChecked(slow, ({ message }) => message));
  assert.equal(await requestChecked(bus, slow, 1, undefined), 1);
  await assert.rejects(requestChecked(bus, slow, -1, undefined), {
    code: "INVALID_MESSAGE",
  });
});

Deno.test("a handler receives all other properties of the request, its signal included", async () => {
  await using bus = new MockBus();
  const controller = new AbortController();
  const given = Promise.withResolvers<AbortSignal>();
  bus.handle(
    "half.*",
    answerChecked(half, ({ topic, headers, redelivered, signal }) => {
      assert.deepEqual({ topic, headers, redelivered }, {
        topic: "half.of",
        headers: { a: "b" },
        redelivered: false,
      });
      given.resolve(signal);
      return new Promise(() => {});
    }),
  );
  const answer = requestChecked(bus, asked, "8", {
    headers: { a: "b" },
    signal: controller.signal,
  });
  const signal = await given.promise;
  assert(!signal.aborted);
  controller.abort();
  assert(signal.aborted);
  await assert.rejects(answer, { code: "ABORTED" });
});

Deno.test("a message transformed for one handler does not reach another handler", async () => {
  await using bus = new MockBus();
  const seen: unknown[] = [];
  const first = Promise.withResolvers<void>();
  bus.handle(
    "half.*",
    answerChecked(half, async ({ message }) => {
      seen.push(message);
      first.resolve();
      return await new Promise(() => {});
    }),
  );
  // Comes later to the same question: it is busy with another one until the
  // first handler has it transformed.
  const busy = Promise.withResolvers<number>();
  bus.handle("#", async ({ message, topic }) => {
    if (topic === "busy") return await busy.promise;
    seen.push(message);
    return 4;
  }, { concurrency: 1 });
  const other = bus.ask("busy", null);
  const answer = bus.ask("half.of", "8");
  await first.promise;
  busy.resolve(0);
  assert.deepEqual(await Promise.all([other, answer]), [0, 4]);
  assert.deepEqual(seen, [8, "8"]);
});
