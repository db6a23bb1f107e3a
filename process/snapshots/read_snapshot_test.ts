import { Float } from "@caryatid/sdk";
import { buswatchForm } from "../monitor/buswatch_form.ts";
import { BUSY } from "../testing/busy_snapshot.ts";
import assert from "node:assert/strict";
import { readSnapshot } from "./read_snapshot.ts";

Deno.test("readSnapshot reads what the monitor publishes", () => {
  const view = readSnapshot(buswatchForm(BUSY))!;
  assert.equal(view.id, "unknown");
  const [publisher, slow] = view.modules;
  assert.deepEqual(publisher?.writes[0], {
    topic: "sample.test",
    count: 3,
    rate: 1.25,
    waiting: 1,
    pendingFor: 902.1,
    failed: 1,
    waitsFor: [{ module: "slow", pattern: "sample.#" }],
  });
  assert.deepEqual(slow?.reads[0], {
    pattern: "sample.#",
    count: 1,
    rate: 1 / 3,
    queued: 2,
    inFlight: 1,
    inFlightFor: 1_500,
    waitingPublishers: 1,
    dropped: 4,
    retried: 2,
  });
  assert.equal(slow?.handlings[0]?.running, 2);
});

Deno.test("readSnapshot survives values of any type", () => {
  for (
    const message of [null, 1, "x", [], {}, { modules: [] }, { modules: 1 }]
  ) {
    assert.equal(readSnapshot(message), undefined);
  }
  const view = readSnapshot({
    timestamp_ms: NaN,
    modules: {
      a: null,
      b: { reads: [1], writes: { t: { rate: "x", waits_for: 7 } } },
    },
    process: {
      id: 7,
      memory: -1,
      cpu: new Float(0.5),
      buses: [null, { id: {}, connected: "yes" }],
      routes: "none",
      modules: {
        a: { state: "<b>", errors: [null], asked: { net: [1, "h"] } },
      },
    },
  })!;
  assert.deepEqual([view.id, view.time, view.memory, view.cpu], [
    "unknown",
    0,
    0,
    0.5,
  ]);
  const [a, b] = view.modules;
  assert.deepEqual([a?.state, a?.errors.length], ["unknown", 1]);
  assert.deepEqual(a?.asked["net"], ["h"]);
  assert.deepEqual(b?.writes[0]?.waitsFor, []);
});
