import {
  CaryatidError,
  type Context,
  type Delivery,
  type Subscription,
} from "@caryatid/sdk";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import { activeContext } from "@caryatid/sdk/internal/tracing";
import assert from "node:assert/strict";
import { TracedModules } from "./testing/traced_modules.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SAMPLED = `00-${TRACE}-00f067aa0ba902b7-01`;
const UNSAMPLED = `00-${TRACE}-00f067aa0ba902b7-00`;

/** Reads `count` deliveries, calling `step` with each. */
async function read(
  deliveries: Subscription,
  count: number,
  step: (delivery: Delivery) => void | Promise<void>,
): Promise<void> {
  let left = count;
  for await (const delivery of deliveries) {
    await step(delivery);
    if (--left === 0) return;
  }
}

/** Runs `work` as a task of the module. Resolves when it has ended. */
function asTask(
  module: Context,
  work: () => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    module.run(() => work().then(resolve, reject));
  });
}

Deno.test("publish and deliver are spans of one trace, also past several steps of a loop", async () => {
  for (const keep of [false, true]) {
    await using modules = new TracedModules();
    const publisher = modules.module("publisher");
    const reader = modules.module("reader", { keep });
    const deliveries = reader.subscribe("in.*");
    const reading = asTask(
      reader,
      () =>
        read(deliveries, 20, async ({ message }) => {
          await yieldToEventLoop();
          await reader.publish("out", message);
        }),
    );
    for (let n = 0; n < 20; n++) {
      await publisher.publish(`in.${n}`, n);
      if (n % 3 === 0) await yieldToEventLoop();
    }
    await reading;
    assert.equal(new Set(modules.spans.map(({ traceId }) => traceId)).size, 20);
    const ins = Array.from(
      { length: 20 },
      (_, n) => `publisher: publish in.${n}`,
    );
    assert.deepEqual(
      modules.paths(),
      ins.flatMap((one) => [
        one,
        `${one} > reader: process in.*`,
        `${one} > reader: process in.* > reader: publish out`,
      ]).sort(),
    );
  }
});

Deno.test("work that a step does not await keeps the trace of its delivery", async () => {
  await using modules = new TracedModules();
  const publisher = modules.module("publisher");
  const reader = modules.module("reader");
  const work: Promise<void>[] = [];
  const deliveries = reader.subscribe("in.*");
  const reading = asTask(reader, () =>
    read(deliveries, 6, ({ topic }) => {
      work.push((async () => {
        for (let turn = 0; turn < 3; turn++) await yieldToEventLoop();
        await reader.publish(topic.replace("in", "out"), null);
      })());
    }));
  for (let n = 0; n < 6; n++) await publisher.publish(`in.${n}`, n);
  await reading;
  await Promise.all(work);
  // The first step of a loop may share its place with the code around it.
  for (let n = 1; n < 6; n++) {
    const path = `publisher: publish in.${n} > reader: process in.* > ` +
      `reader: publish out.${n}`;
    assert(modules.paths().includes(path), path);
  }
});

Deno.test("request and handle are spans of one trace, whether the handler is asynchronous or not", async () => {
  await using modules = new TracedModules();
  const asker = modules.module("asker");
  const answerer = modules.module("answerer");
  answerer.handle("now", ({ message }) => message);
  answerer.handle("later", async ({ message }) => {
    await yieldToEventLoop();
    return await answerer.request("now", message);
  });
  assert.equal(await asker.request("later", 7), 7);
  const later = "asker: request later > answerer: handle later";
  assert.deepEqual(modules.paths(), [
    "asker: request later",
    later,
    `${later} > answerer: request now`,
    `${later} > answerer: request now > answerer: handle now`,
  ]);
});

Deno.test("deliveries of consume are spans, with the error of a handler that fails", async () => {
  await using modules = new TracedModules();
  const publisher = modules.module("publisher");
  const reader = modules.module("reader");
  const consumer = reader.consume("in", ({ message }) => {
    if (message === 2) throw new CaryatidError("SOLD_OUT", "no tea is left");
  }, { concurrency: 3 });
  for (const n of [1, 2, 3]) await publisher.publish("in", n);
  while (modules.spans.length < 6) await yieldToEventLoop();
  assert.equal(consumer.failed, 1);
  const failed = modules.spans.filter(({ error }) => error !== undefined);
  assert.deepEqual(failed.map(({ name, error }) => [name, error]), [
    ["process in", { code: "SOLD_OUT", message: "no tea is left" }],
  ]);
});

Deno.test("spans of failed requests have the code of the error", async () => {
  await using modules = new TracedModules();
  const asker = modules.module("asker");
  await assert.rejects(asker.request("unhandled", 1), { code: "NO_HANDLER" });
  asker.handle("broken", () => {
    throw new Error("x".repeat(10_000));
  });
  await assert.rejects(asker.request("broken", 1), { code: "HANDLER_FAILED" });
  const codes = modules.spans.map(({ kind, error }) => [kind, error?.code]);
  assert.deepEqual(codes, [
    ["request", "NO_HANDLER"],
    ["handle", "OTHER"],
    ["request", "HANDLER_FAILED"],
  ]);
  assert.equal(modules.spans[1]?.error?.message.length, 500);
});

Deno.test("the headers of a sampled message name its sender and the message that caused it", async () => {
  await using modules = new TracedModules();
  const publisher = modules.module("publisher");
  const relay = modules.module("relay");
  const tap = new Promise<Delivery>((resolve) => {
    read(modules.module("tap").subscribe("out"), 1, resolve);
  });
  const relaying = read(
    relay.subscribe("in"),
    1,
    ({ message }) => relay.publish("out", message, { headers: { own: "1" } }),
  );
  await publisher.publish("in", 1, { id: "first" });
  await relaying;
  const { headers } = await tap;
  assert.match(headers.traceparent!, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  assert.equal(headers["causation-id"], "first");
  assert.equal(headers["sender-module"], "relay");
  assert.equal(headers.own, "1");
});

Deno.test("a message that is not sampled has no header and no span, nor have those that it causes", async () => {
  await using modules = new TracedModules({ sample: 0 });
  const publisher = modules.module("publisher");
  const relay = modules.module("relay");
  const reading = read(relay.subscribe("in"), 3, async ({ headers }) => {
    assert.deepEqual(headers, {});
    assert.equal(activeContext()?.sampled, false);
    await relay.publish("out", 1);
  });
  for (let n = 0; n < 3; n++) await publisher.publish("in", n);
  await reading;
  assert.deepEqual(modules.spans, []);
});

Deno.test("the decision of the parent is kept, whatever the share is", async () => {
  for (
    const [sample, header, spans] of [
      [0, SAMPLED, 2],
      [1, UNSAMPLED, 0],
    ] as const
  ) {
    await using modules = new TracedModules({ sample });
    const publisher = modules.module("publisher");
    const reading = read(
      modules.module("reader").subscribe("in"),
      1,
      () => {},
    );
    const headers = { traceparent: header };
    await publisher.publish("in", 1, { headers });
    await reading;
    await yieldToEventLoop();
    assert.equal(modules.spans.length, spans);
    for (const { traceId } of modules.spans) assert.equal(traceId, TRACE);
  }
});

Deno.test("a malformed traceparent is ignored", async () => {
  await using modules = new TracedModules();
  const publisher = modules.module("publisher");
  for (const traceparent of ["", "00-nothing", "x".repeat(10_000)]) {
    await publisher.publish("in", 1, { headers: { traceparent } });
  }
  assert.equal(modules.spans.length, 3);
  for (const span of modules.spans) assert.equal(span.parentId, undefined);
});

Deno.test("the topic of tracing is never traced", async () => {
  await using modules = new TracedModules({ topic: "spans" });
  const publisher = modules.module("publisher");
  const reading = read(modules.module("reader").subscribe("#"), 2, () => {});
  const headers = { traceparent: SAMPLED };
  await publisher.publish("spans", 1);
  await publisher.publish("spans", 1, { headers });
  await reading;
  assert.deepEqual(modules.spans, []);
});

Deno.test("a loop that is not awaited does not change the trace of its caller after the first step", async () => {
  await using modules = new TracedModules();
  const program = modules.module("program");
  const reading = read(program.subscribe("in"), 5, () => {});
  for (let n = 0; n < 5; n++) {
    await program.publish("in", n);
    await yieldToEventLoop();
    await yieldToEventLoop();
  }
  await reading;
  const roots = modules.spans.filter(({ kind, parentId }) =>
    kind === "publish" && parentId === undefined
  );
  assert(roots.length >= 4, `${roots.length} publishes are roots`);
});

Deno.test("a process decides about messages of processes that do not trace, and keeps the decision of those that do", async () => {
  const bus = new InMemoryBus();
  const external = { ...bus.abilities, external: true };
  Object.defineProperty(bus, "abilities", { value: external });
  await using modules = new TracedModules({ sample: 1, bus });
  const reader = modules.module("reader");
  reader.handle("ask", () => 1);
  const reading = asTask(
    reader,
    () => read(reader.subscribe("in"), 3, () => {}),
  );
  await bus.publish("in", 1);
  await bus.publish("in", 1, { headers: { traceparent: UNSAMPLED } });
  await bus.publish("in", 1, { headers: { traceparent: SAMPLED } });
  await bus.request("ask", 1);
  await bus.request("ask", 1, { headers: { traceparent: UNSAMPLED } });
  await reading;
  assert.deepEqual(
    modules.spans.map(({ name, parentId }) => [name, parentId]).sort(),
    [
      ["handle ask", undefined],
      ["process in", undefined],
      ["process in", SAMPLED.split("-")[2]],
    ],
  );
});

Deno.test("the header of a message that is not sampled says so to other processes", async () => {
  const bus = new InMemoryBus();
  const external = { ...bus.abilities, external: true };
  Object.defineProperty(bus, "abilities", { value: external });
  await using modules = new TracedModules({ sample: 0, bus });
  const publisher = modules.module("publisher");
  const deliveries = bus.subscribe("in");
  await publisher.publish("in", 1);
  await publisher.publish("in", 1, { headers: { own: "1" } });
  const seen: Delivery[] = [];
  await read(deliveries, 2, (delivery) => void seen.push(delivery));
  for (const { headers } of seen) assert.match(headers.traceparent!, /-00$/);
  assert.equal(seen[1]?.headers.own, "1");
});
