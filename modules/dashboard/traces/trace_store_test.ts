import assert from "node:assert/strict";
import { TraceStore } from "./trace_store.ts";

const id = (number: number, length: number) =>
  number.toString(16).padStart(length, "0");

function span(trace: number, number: number, fields = {}) {
  return {
    traceId: id(trace, 32),
    spanId: id(number, 16),
    name: `publish t${trace}`,
    kind: "publish",
    module: "m",
    topic: `t${trace}`,
    start: 1_000 + trace,
    duration: 1,
    ...fields,
  };
}

function filled(count: number, fields: (trace: number) => object = () => ({})) {
  const store = new TraceStore("dashboard", () => 2_000);
  for (let trace = 1; trace <= count; trace++) {
    store.take({
      process: "p",
      dropped: 0,
      spans: [span(trace, 1, fields(trace))],
    });
  }
  return store;
}

Deno.test("a trace collects the spans of all processes, in the order of their start", () => {
  const store = new TraceStore("dashboard", () => 2_000);
  store.take({
    process: "b",
    spans: [span(1, 2, { start: 1_005, parentId: id(1, 16) })],
  });
  store.take({ process: "a", spans: [span(1, 1, { messageId: "m-1" })] });
  const trace = store.find(id(1, 32))!;
  assert.deepEqual(trace.spans.map(({ process }) => process), ["a", "b"]);
  assert.deepEqual(store.find("m-1"), trace);
  const [line] = store.lists().recent;
  assert.deepEqual([line?.duration, line?.spans, line?.modules], [5, 2, 2]);
});

Deno.test("the slowest and the failed traces stay when newer ones replace the others", () => {
  const store = filled(1_000, (trace) => ({
    ...trace === 1 && { duration: 500 },
    ...trace === 2 && { error: { code: "E", message: "<img onerror=x>" } },
  }));
  assert(store.summary().traces <= 300, `${store.summary().traces} kept`);
  const { recent, slowest, failed } = store.lists();
  assert.equal(recent[0]?.id, id(1_000, 32));
  assert.equal(slowest[0]?.id, id(1, 32));
  assert.deepEqual(failed.map(({ error }) => error), ["E: <img onerror=x>"]);
  assert.equal(store.find(id(3, 32)), undefined);
});

Deno.test("traces older than 5 minutes are dropped", () => {
  let now = 2_000;
  const store = new TraceStore("dashboard", () => now);
  store.take({ spans: [span(1, 1)] });
  now += 6 * 60_000;
  store.take({ spans: [] });
  assert.equal(store.summary().traces, 0);
});

Deno.test("a trace is dropped 5 minutes after its arrival, whatever its spans say", () => {
  let now = 2_000;
  const store = new TraceStore("dashboard", () => now);
  store.take({
    spans: [span(1, 1, { start: 1e15 }), span(2, 1, { duration: 1e15 })],
  });
  now += 6 * 60_000;
  store.take({ spans: [] });
  assert.equal(store.summary().traces, 0);
});

Deno.test("all traces together keep 20,000 spans, of the newest traces", () => {
  const store = new TraceStore("dashboard", () => 2_000);
  for (let trace = 1; trace <= 100; trace++) {
    store.take({
      spans: Array.from({ length: 500 }, (_, n) => span(trace, n)),
    });
  }
  assert.equal(store.summary().traces, 40);
  assert.equal(store.find(id(60, 32)), undefined);
  assert.equal(store.find(id(61, 32))?.spans.length, 500);
});

Deno.test("a trace keeps 500 spans and counts the others", () => {
  const store = new TraceStore("dashboard", () => 2_000);
  store.take({ spans: Array.from({ length: 700 }, (_, n) => span(1, n)) });
  const trace = store.find(id(1, 32))!;
  assert.deepEqual([trace.spans.length, trace.left], [500, 200]);
});

Deno.test("spans of the observation itself are ignored", () => {
  const store = new TraceStore("dashboard", () => 2_000);
  store.take({
    spans: [
      span(1, 1, { module: "dashboard" }),
      span(2, 1, { topic: "caryatid.monitor.snapshot" }),
      span(3, 1),
    ],
  });
  assert.deepEqual(store.lists().recent.map((line) => line.id), [id(3, 32)]);
});

Deno.test("values of any type are ignored", () => {
  const store = new TraceStore("dashboard", () => 2_000);
  const bad = [
    null,
    7,
    span(1, 1, { kind: "<b>" }),
    span(1, 1, { traceId: "__proto__" }),
    span(1, 1, { start: NaN }),
    span(1, 1, { duration: -1 }),
  ];
  for (const message of [undefined, 1, [], { spans: "x" }, { spans: bad }]) {
    store.take(message);
  }
  assert.equal(store.summary().traces, 0);
});
