import { findChains, readSnapshot } from "@caryatid/process/internal/snapshots";
import assert from "node:assert/strict";
import { FlowGraph } from "./flow_graph.ts";

type Table = Record<string, unknown>;

const MEMORY = { id: "memory", class: "in-memory", connected: true };
const BROKER = { id: "broker", class: "rabbit-mq", connected: true };

function processOf(id: string, counts: Table, state: Table = {}) {
  return readSnapshot({
    timestamp_ms: 1,
    modules: counts,
    process: {
      id,
      name: id,
      buses: [MEMORY],
      routes: [{ pattern: "#", buses: ["memory"] }],
      ...state,
    },
  })!;
}

function drawn(...processes: ReturnType<typeof processOf>[]) {
  return new FlowGraph().draw(processes, findChains(processes));
}

const publishing = (...topics: string[]) => ({
  writes: Object.fromEntries(
    topics.map((topic) => [topic, { count: 1, rate: 2 }]),
  ),
});
const reading = (pattern: string, queued = 0) => ({
  reads: { [pattern]: { count: 1, rate: 2, backlog: queued } },
});

Deno.test("topics with the same senders and receivers are one node", () => {
  const topics = Array.from({ length: 1_000 }, (_, n) => `order.placed.${n}`);
  const graph = drawn(processOf("p", {
    shop: publishing(...topics),
    stock: reading("order.#", 7),
  }));
  assert.equal(graph.topics.length, 1);
  const [topic] = graph.topics;
  assert.deepEqual([topic?.label, topic?.count], ["order.placed.#", 1_000]);
  assert.equal(topic?.names.length, 40);
  assert.deepEqual(
    graph.edges.map(({ from, to, rate, queued }) => [from, to, rate, queued]),
    [["p/shop", topic?.id, 2_000, 0], [topic?.id, "p/stock", 2, 7]],
  );
});

Deno.test("messages reach another process only by a bus outside of memory", () => {
  const receiver = processOf("b", { sink: reading("order.#") });
  const inMemory = drawn(
    processOf("a", { shop: publishing("order.new") }),
    receiver,
  );
  assert.equal(inMemory.topics.length, 2);
  const routes = [{ pattern: "order.#", buses: ["memory", "broker"] }];
  const shared = drawn(
    processOf("a", { shop: publishing("order.new") }, {
      buses: [MEMORY, BROKER],
      routes,
    }),
    receiver,
  );
  assert.equal(shared.topics.length, 1);
  assert.deepEqual([...shared.modules].sort(), ["a/shop", "b/sink"]);
});

Deno.test("a declared topic without messages has an unused edge", () => {
  const process = processOf("p", { shop: publishing("a.b") }, {
    modules: {
      shop: { topics: { publish: ["a.*", "never.*"] } },
      dashboard: { class: "dashboard", topics: { publish: ["hidden"] } },
    },
  });
  const { topics, edges } = drawn(process);
  assert.deepEqual(topics.map(({ label }) => label), ["a.b", "never.*"]);
  assert.deepEqual(edges.map(({ used }) => used), [true, false]);
});

Deno.test("a request is drawn apart from a publish on the same topic", () => {
  const { topics, edges } = drawn(processOf("p", {
    asker: { requests: { price: { count: 1 } } },
    knower: { handlings: { "price": { handled: 1 } }, ...reading("#") },
  }));
  assert.deepEqual(topics.map(({ label, isRequest }) => [label, isRequest]), [
    ["price", true],
    ["#", false],
  ]);
  assert.deepEqual(edges.map(({ from, to }) => `${from} ${to}`).slice(0, 2), [
    `p/asker ${topics[0]!.id}`,
    `${topics[0]!.id} p/knower`,
  ]);
});

Deno.test("100,000 topics of many modules are bounded, and the rest is counted", () => {
  const modules = Object.fromEntries(
    Array.from({ length: 100 }, (_, module) => [
      `m${module}`,
      publishing(
        ...Array.from({ length: 1_000 }, (_, n) => `t${module}.${n}`),
      ),
    ]),
  );
  const graph = drawn(processOf("p", modules));
  assert(graph.topics.length <= 80);
  const count = graph.topics.reduce((sum, { count }) => sum + count, 0);
  assert.equal(count + graph.hidden, 100_000);
});
