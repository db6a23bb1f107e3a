import { markdownTable } from "../figures/fill_page.ts";
import { type Cluster, type Costs, deliveryTime, limitOf } from "./model.ts";
import type { ScaleResults } from "./scale_results.ts";
import { simulate } from "./simulation.ts";

/** A cluster of the tables; each row changes something. */
export const BASE: Cluster = {
  machines: 1,
  processes: 8,
  brokers: 1,
  brokerCores: 8,
  fanOut: 1,
  work: 0,
  size: 100,
  network: 125e6,
};

/** Clusters of the page, with their descriptions. */
export const CLUSTERS: readonly (readonly [string, Cluster])[] = [
  ["1 machine, 1 broker", BASE],
  ["4 machines, 1 broker", { ...BASE, machines: 4 }],
  ["16 machines, 1 broker", { ...BASE, machines: 16 }],
  ["16 machines, 3 brokers", { ...BASE, machines: 16, brokers: 3 }],
  ["the same, 5 subscriptions of each message", {
    ...BASE,
    machines: 16,
    brokers: 3,
    fanOut: 5,
  }],
  ["the same, 10 KB", { ...BASE, machines: 16, brokers: 3, size: 10_000 }],
  ["the same, 1 ms of work for each message", {
    ...BASE,
    machines: 16,
    brokers: 3,
    work: 1_000,
  }],
  ["64 machines, 3 brokers, 1 ms of work", {
    ...BASE,
    machines: 64,
    brokers: 3,
    work: 1_000,
  }],
];
/** Messages of each simulation on the page. */
const SIMULATED = 40_000;
const LOAD = 0.8;

/** Returns the generated parts of docs/evidence/scale.md, by their names. */
export function pageParts(
  results: ScaleResults,
): Readonly<Record<string, string>> {
  return {
    conditions: conditionsText(results),
    curves: results.curves
      .map(({ name, title }) => `![${title}](scale-${name}.svg)`)
      .join("\n\n"),
    costs: costTable(results.costs),
    clusters: clusterTable(results.costs),
  };
}

function conditionsText({ machine, conditions }: ScaleResults): string {
  const { cores, cpu, deno } = machine;
  return `Measured on ${conditions.date.slice(0, 10)} at commit ` +
    `${conditions.commit}, with Deno ${deno} on ${cores} cores of an ${cpu}. ` +
    `The load average was ${conditions.load.toFixed(1)} at the end, so other ` +
    "programs used the cores as well. Each point is the best of its runs.";
}

function costTable(costs: Costs): string {
  const rows: readonly (readonly [string, string, number])[] = [
    ["process that publishes", "each message", costs.publish],
    ["process that receives", "each delivery", costs.receive],
    ["broker", "each message", costs.accept],
    ["broker", "each delivery", costs.deliver],
  ];
  return markdownTable(
    ["Part", "For", "Processor time"],
    rows.map(([part, per, cost]) => [part, per, `${Math.round(cost)} µs`]),
  );
}

function clusterTable(costs: Costs): string {
  return markdownTable(
    ["Cluster", "Limit", "By", "Delivery at 80 %", "Simulated"],
    CLUSTERS.map(([name, cluster]) => {
      const { part, rate } = limitOf(costs, cluster);
      const found = simulate(costs, cluster, rate * LOAD, SIMULATED);
      return [
        name,
        perSecond(rate),
        part,
        time(deliveryTime(costs, cluster, rate * LOAD)),
        time(found.deliveryTime),
      ];
    }),
  );
}

function perSecond(rate: number): string {
  return `${Number((rate / 1_000).toPrecision(3))} k/s`;
}

function time(microseconds: number): string {
  return microseconds < 1_000
    ? `${Number(microseconds.toPrecision(2))} µs`
    : `${Number((microseconds / 1_000).toPrecision(2))} ms`;
}
