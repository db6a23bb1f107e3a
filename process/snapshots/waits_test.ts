import assert from "node:assert/strict";
import { readSnapshot } from "./read_snapshot.ts";
import type { ProcessView } from "./views.ts";
import { findChains } from "./waits.ts";

type Table = Record<string, unknown>;

function processOf(id: string, modules: Table): ProcessView {
  const message = { timestamp_ms: 1, modules, process: { id, name: id } };
  return readSnapshot(message)!;
}

const publishing = (topic: string, milliseconds: number, module: string) => ({
  writes: {
    [topic]: {
      waiting: 1,
      pending: milliseconds * 1000,
      waits_for: [{ module, pattern: "#" }],
    },
  },
});
const requesting = (topic: string, milliseconds: number) => ({
  requests: { [topic]: { count: 1, pending: 1, pending_ms: milliseconds } },
});
const handling = (pattern: string, running = 1) => ({
  handlings: { [pattern]: { running } },
});

function described(processes: readonly ProcessView[]) {
  const { chains, roles } = findChains(processes);
  return {
    chains: chains.map(({ waits, root, isCycle }) =>
      [...waits.map(({ from }) => from.module), root.module].join(" → ") +
      (isCycle ? " (cycle)" : "")
    ),
    roles: Object.fromEntries(roles),
  };
}

Deno.test("findChains follows full queues and requests across processes to the stuck module", () => {
  const one = processOf("p1", {
    gateway: requesting("price.tea", 2_000),
    idle: handling("price.*", 0),
  });
  const two = processOf("p2", {
    pricing: {
      ...handling("price.*"),
      ...publishing("ledger.add", 3_000, "ledger"),
    },
    ledger: { reads: { "ledger.#": { backlog: 100, in_flight: 1 } } },
  });
  assert.deepEqual(described([one, two]), {
    chains: ["gateway → pricing → ledger"],
    roles: {
      "p1/gateway": "waiting",
      "p2/pricing": "waiting",
      "p2/ledger": "stuck",
    },
  });
});

Deno.test("findChains ignores waits of less than a second", () => {
  const quick = processOf("p", {
    a: publishing("x", 999, "b"),
    b: requesting("y", 5_000), // no module works on it
  });
  assert.deepEqual(described([quick]), { chains: [], roles: {} });
});

Deno.test("findChains calls a module stuck that waits for its own queue", () => {
  const process = processOf("p", { b: publishing("y", 5_000, "b") });
  assert.deepEqual(described([process]), {
    chains: ["b → b (cycle)"],
    roles: { "p/b": "stuck" },
  });
});

Deno.test("findChains calls every module of a deadlock stuck", () => {
  const process = processOf("p", {
    a: publishing("x", 2_000, "b"),
    b: publishing("y", 2_000, "a"),
    c: publishing("z", 1_500, "a"),
  });
  assert.deepEqual(described([process]), {
    chains: ["c → a → b → a (cycle)"],
    roles: { "p/a": "stuck", "p/b": "stuck", "p/c": "waiting" },
  });
});
