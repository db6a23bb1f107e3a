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
  goals: [{ of: "ratio", most: 2 }],
  // V8 stops for its young objects 100 times a second here, for 0.2 ms each; with the peer 53 times, for 0.1 ms.
  remark: `the same: 99 of 100 are answered within that`,
}, {
  name: "route-plain",
  unit: "/s",
  run: () => both("/hello", ({ rate }) => rate),
  ratio: ["ours", "peer"],
  goals: [{ of: "ratio", least: 0.7 }],
  remark: `GET /hello by context.handle, text, ${HOW}`,
}];

/** One after the other, each with all of the machine. */
async function both(
  path: string,
  figure: (load: Load) => number,
): Promise<Figures> {
  return {
    ours: figure(await loadOf("bus", path)),
    peer: figure(await loadOf("bare", path)),
  };
}

async function loadOf(kind: string, path: string): Promise<Load> {
  await using server = new Companion("./route_server.ts", kind);
  const url = `http://127.0.0.1:${await server.line()}${path}`;
  await load(url); // warms up
  return await load(url);
}
