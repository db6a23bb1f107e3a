import assert from "node:assert/strict";
import { CHUNK, OpenStreams } from "./open_streams.ts";

Deno.test("OpenStreams hands bytes on piece by piece, as they are asked for", async () => {
  const streams = new OpenStreams();
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

Deno.test("OpenStreams cuts what is not all sent, and lets go of the source", async () => {
  const streams = new OpenStreams();
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

Deno.test("OpenStreams lets go of a source whose reader gives up, or that fails", async () => {
  const streams = new OpenStreams();
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
