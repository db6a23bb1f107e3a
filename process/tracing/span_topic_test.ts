import type { SpanBatch, SpanRecord } from "@caryatid/sdk";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import assert from "node:assert/strict";
import { ManualClock } from "../testing/manual_clock.ts";
import { module, silentProcess } from "../testing/silent_process.ts";
import { SpanTopic } from "./span_topic.ts";

const SPAN: SpanRecord = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  name: "publish a",
  kind: "publish",
  module: "m",
  topic: "a",
  start: 0,
  duration: 1,
};

/** A topic of spans, the bus below it, and the warnings that it logged. */
function subject(takeSkipped = () => 0) {
  const bus = new InMemoryBus();
  const clock = new ManualClock();
  const warnings: string[] = [];
  const silent = () => {};
  const spans = new SpanTopic({
    bus,
    topic: "spans",
    process: "p",
    clock,
    takeSkipped,
    log: {
      debug: silent,
      info: silent,
      warn: (text) => warnings.push(text),
      error: silent,
    },
  });
  return { bus, clock, warnings, spans };
}

Deno.test("[tracing] topic receives the spans of a process in batches, at most every 250 ms", async () => {
  const clock = new ManualClock();
  const echo = module("echo", (context) => {
    context.handle("ask", ({ message }) => message);
  });
  await using process = await silentProcess([echo], {
    tracing: { sample: 1, topic: "caryatid.tracing.spans" },
  }, { clock });
  const batches = process.context.subscribe("caryatid.tracing.spans");
  await process.start();
  await process.context.request("ask", 7);
  await process.context.publish("unread", 7, { id: "an-id" });
  assert.equal(await clock.wake(), 250);
  const { value } = await batches[Symbol.asyncIterator]().next();
  const { spans, dropped, process: name } = value!.message as SpanBatch;
  assert.deepEqual([name, dropped], ["process", 0]);
  assert.deepEqual(
    spans.map(({ kind, module, topic }) => [kind, module, topic]),
    [
      ["handle", "echo", "ask"],
      ["request", "process", "ask"],
      ["publish", "process", "unread"],
    ],
  );
  assert.equal(spans[0]?.parentId, spans[1]?.spanId);
  assert.equal(spans[2]?.messageId, "an-id");
});

Deno.test("a batch has at most 512 spans, and spans beyond 2,048 are counted as dropped", async () => {
  const { bus, clock, spans } = subject();
  const batches = bus.subscribe("spans")[Symbol.asyncIterator]();
  for (let n = 0; n < 3_000; n++) spans.add(SPAN);
  const sizes: [number, number][] = [];
  for (let n = 0; n < 4; n++) {
    await clock.wake();
    const { value } = await batches.next();
    const { spans, dropped } = value!.message as SpanBatch;
    sizes.push([spans.length, dropped]);
  }
  assert.deepEqual(sizes, [[512, 952], [512, 0], [512, 0], [512, 0]]);
  await bus.close();
});

Deno.test("a subscriber that does not read costs spans, which are counted, and one warning", async () => {
  const { bus, clock, warnings, spans } = subject();
  const slow = bus.subscribe("spans", { queueSize: 1, overflow: "error" });
  for (let n = 0; n < 4; n++) {
    spans.add(SPAN);
    await clock.wake();
    await yieldToEventLoop();
  }
  assert.equal(warnings.length, 1);
  const loop = slow[Symbol.asyncIterator]();
  await loop.next();
  spans.add(SPAN);
  await clock.wake();
  const { value } = await loop.next();
  assert.equal((value!.message as SpanBatch).dropped, 3);
  await bus.close();
});

Deno.test("stop publishes the last spans at once", async () => {
  const { bus, spans } = subject();
  const batches = bus.subscribe("spans")[Symbol.asyncIterator]();
  for (let n = 0; n < 600; n++) spans.add(SPAN);
  await spans.stop();
  const sizes: number[] = [];
  for (let n = 0; n < 2; n++) {
    const { value } = await batches.next();
    sizes.push((value!.message as SpanBatch).spans.length);
  }
  assert.deepEqual(sizes, [512, 88]);
  await bus.close();
});

Deno.test("a batch has the number of traces that were skipped, if any were", async () => {
  const skipped = [3, 0];
  const { bus, clock, spans } = subject(() => skipped.shift()!);
  const loop = bus.subscribe("spans")[Symbol.asyncIterator]();
  const batches: SpanBatch[] = [];
  for (let n = 0; n < 2; n++) {
    spans.add(SPAN);
    await clock.wake();
    batches.push((await loop.next()).value!.message as SpanBatch);
    await yieldToEventLoop(); // the next span begins another batch
  }
  assert.equal(batches[0]!.skipped, 3);
  assert(!("skipped" in batches[1]!));
  await spans.stop();
  await bus.close();
});
