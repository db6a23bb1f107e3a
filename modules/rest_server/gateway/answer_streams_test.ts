import assert from "node:assert/strict";
import { AnswerStreams, CHUNK } from "./answer_streams.ts";
import { MemoryBudget } from "./memory_budget.ts";

Deno.test("AnswerStreams sends bytes in chunks when the reader requests them", async () => {
  const streams = new AnswerStreams(new MemoryBudget(1_000_000));
  const bytes = Uint8Array.from({ length: CHUNK * 2 + 1 }, (_, i) => i % 251);
  const reader = streams.ofBytes(bytes).getReader();
  const sizes: number[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    sizes.push(value.length);
  }
  assert.deepEqual(sizes, [CHUNK, CHUNK, 1]);
  assert.equal(streams.size, 0);
});

Deno.test("AnswerStreams cuts an unfinished body and cancels its source", async () => {
  const streams = new AnswerStreams(new MemoryBudget(1_000_000));
  let cancelled = false;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(Uint8Array.of(1)),
    cancel: () => void (cancelled = true),
  });
  const reader = streams.of(source).getReader();
  await reader.read();
  assert.equal(streams.size, 1);
  streams.cut();
  await assert.rejects(reader.read(), { message: "the server has stopped" });
  assert.equal(streams.size, 0);
  assert(cancelled);
});

Deno.test("AnswerStreams releases a body whose reader cancels or whose source fails", async () => {
  const streams = new AnswerStreams(new MemoryBudget(1_000_000));
  const given = streams.of(new ReadableStream());
  await given.cancel();
  const failing = streams.of(
    new ReadableStream({
      pull() {
        throw new Error("broken");
      },
    }),
  );
  await assert.rejects(failing.getReader().read(), { message: "broken" });
  assert.equal(streams.size, 0);
});
