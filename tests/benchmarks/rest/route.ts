import type { Case, Figures } from "../harness.ts";
import { Companion } from "./companion.ts";
import { type Load, load } from "./load.ts";

const HOW = "16 connections; peer: the same handler on Hono and Deno.serve";

/** Requests through the bus. */
export const route: readonly Case[] = [{
  name: "route",
  unit: "/s",
  run: () => both("/users/7", ({ rate }) => rate),
  ratio: ["ours", "peer"],
  goals: [{ of: "ratio", least: 0.7 }],
  remark: `GET /users/:id by handleRoute, JSON, ${HOW}`,
}, {
  name: "route-p99",
  unit: "ms",
  run: () => both("/users/7", ({ p99 }) => p99),
  ratio: ["ours", "peer"],
  goals: [{ of: "ratio", most: 1.5 }],
  // V8 stops for its young objects 100 times a second here, for 0.2 ms each;
  // with the peer 53 times, for 0.1 ms.
  remark: `the same: 99 of 100 are answered within that`,
}, {
  name: "route-plain",
  unit: "/s",
  run: () => both("/hello", ({ rate }) => rate),
  ratio: ["ours", "peer"],
  goals: [{ of: "ratio", least: 0.7 }],
  remark: `GET /hello by context.handle, text, ${HOW}`,
}, {
  name: "route-p99-128",
  unit: "ms",
  run: () => both("/users/7", ({ p99 }) => p99, 128),
  ratio: ["ours", "peer"],
  goals: [{ of: "ratio", most: 1.5 }],
  remark: "GET /users/:id over 128 connections: 99 of 100 are answered in that",
}, {
  name: "route-cpu",
  unit: "µs",
  clock: "processor",
  run: () => both("/users/7", ({ cpu }) => cpu),
  ratio: ["ours", "peer"],
  remark: `processor time of the server for each request, ${HOW}`,
}];

interface Cost extends Load {
  /** Processor time of the server for each request, in microseconds. */
  readonly cpu: number;
}

/**
 * Requests before the measurement. V8 compiles the last functions after 50,000
 * requests, and forgets them while a server is idle.
 */
const WARM_UP = 60_000;

/** Measures both in sequence, each with the whole machine. */
async function both(
  path: string,
  figure: (cost: Cost) => number,
  connections = 16,
): Promise<Figures> {
  return {
    ours: figure(await costOf("bus", path, connections)),
    peer: figure(await costOf("bare", path, connections)),
  };
}

async function costOf(
  kind: string,
  path: string,
  connections: number,
): Promise<Cost> {
  await using server = new Companion("./route_server.ts", kind);
  const url = `http://127.0.0.1:${await server.line()}${path}`;
  for (let requests = 0; requests < WARM_UP;) {
    requests += (await load(url, connections)).requests;
  }
  const before = server.cpuTime();
  const found = await load(url, connections);
  const used = server.cpuTime();
  const cpu = before === undefined || used === undefined
    ? NaN
    : (used - before) / found.requests;
  return { ...found, cpu };
}
