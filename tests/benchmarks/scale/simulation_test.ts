import assert from "node:assert/strict";
import { type Cluster, type Costs, deliveryTime, limitOf } from "./model.ts";
import { simulate } from "./simulation.ts";

const COSTS: Costs = { publish: 40, receive: 25, accept: 30, deliver: 20 };
const CLUSTER: Cluster = {
  machines: 4,
  processes: 2,
  brokers: 1,
  brokerCores: 4,
  fanOut: 2,
  work: 0,
  size: 100,
  network: 125e6,
};
const MESSAGES = 40_000;

/** Clusters that are limited by brokers, by processes, and by slow handlers. */
const CLUSTERS: readonly Cluster[] = [
  CLUSTER,
  { ...CLUSTER, brokers: 3, brokerCores: 8 },
  { ...CLUSTER, machines: 8, brokers: 3, work: 500, fanOut: 1 },
];

function near(found: number, expected: number, share: number): void {
  const off = Math.abs(found / expected - 1);
  assert(off <= share, `found ${found}, expected ${expected} ± ${share}`);
}

for (const [i, cluster] of CLUSTERS.entries()) {
  const { part, rate } = limitOf(COSTS, cluster);

  Deno.test(`cluster ${i + 1}, limited by its ${part}, carries in the simulation 95 % of it and not 110 %`, () => {
    const below = simulate(COSTS, cluster, rate * 0.95, MESSAGES);
    near(below.rate, rate * 0.95, 0.03);
    const above = simulate(COSTS, cluster, rate * 1.1, MESSAGES);
    assert(above.rate < rate * 1.03, `carried ${above.rate} of ${rate}`);
  });

  Deno.test(`cluster ${i + 1} delivers in the simulation in the time of the model, at a load of 50 % and 80 %`, () => {
    for (const load of [0.5, 0.8]) {
      const found = simulate(COSTS, cluster, rate * load, MESSAGES);
      near(found.deliveryTime, deliveryTime(COSTS, cluster, rate * load), 0.1);
    }
  });
}

Deno.test("the model names the network as the limit of large messages", () => {
  const { part, rate } = limitOf(COSTS, { ...CLUSTER, size: 1e6 });
  assert.equal(part, "network");
  near(rate, 62.5, 1e-9);
});

Deno.test("above the limit, the time of a delivery is infinite in the model and grows in the simulation", () => {
  const { rate } = limitOf(COSTS, CLUSTER);
  assert.equal(deliveryTime(COSTS, CLUSTER, rate * 1.1), Infinity);
  const few = simulate(COSTS, CLUSTER, rate * 1.5, MESSAGES / 4);
  const many = simulate(COSTS, CLUSTER, rate * 1.5, MESSAGES);
  assert(many.deliveryTime > 2 * few.deliveryTime);
});

Deno.test("equal seeds give equal results", () => {
  const once = () => simulate(COSTS, CLUSTER, 10_000, 1_000, 7);
  assert.deepEqual(once(), once());
});
