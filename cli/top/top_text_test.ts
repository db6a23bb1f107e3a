import { readSnapshot } from "@caryatid/process/internal/snapshots";
import assert from "node:assert/strict";
import { topLines } from "./top_text.ts";

const SCREEN = { columns: 120, rows: 30, colors: false };

const shop = readSnapshot({
  timestamp_ms: 61_000,
  modules: {
    shop: {
      writes: {
        "order.new": {
          rate: 2,
          waiting: 1,
          pending: 12_000_000,
          waits_for: [{ module: "stock", pattern: "order.#" }],
        },
      },
    },
    stock: {
      reads: {
        "order.#": {
          rate: 0,
          backlog: 100,
          in_flight: 1,
          in_flight_ms: 12_500,
        },
      },
    },
    idle: {},
  },
  process: {
    id: "p",
    name: "front",
    pid: 7,
    started_ms: 1_000,
    memory: 64 * 2 ** 20,
    cpu: 0.25,
    ready: false,
    problems: ["queue order.# of stock is stuck"],
    buses: [{ id: "broker", connected: false }],
    modules: {
      shop: { state: "running" },
      stock: { state: "running", restarts: 2, memory: 2 ** 20 },
      idle: { state: "running" },
    },
  },
})!;

Deno.test("topLines shows processes, chains of waits, and first the modules that need attention", () => {
  assert.deepEqual(topLines([shop], SCREEN), [
    "front (pid 7)  up 60 s  64 MiB  25 % CPU  broker disconnected  " +
    "queue order.# of stock is stuck",
    "! shop > stock: the queue of order.# is full, 12 s",
    "",
    "MODULE         STATE    IN/s  OUT/s  QUEUED  BUSY  WAITS  LOST  RESTARTS  MEMORY",
    "stock (front)  stuck                    100  13 s                      2   1 MiB",
    "shop (front)   waiting          2.0                 12 s",
    "idle (front)   running",
  ]);
});

Deno.test("topLines fits the screen and counts the modules that it leaves out", () => {
  const lines = topLines([shop], { ...SCREEN, columns: 20, rows: 6 });
  assert(lines.every((line) => line.length <= 20));
  assert.deepEqual(lines.slice(-2), [
    "stock (front)  stuck",
    "and 2 more modules",
  ]);
});

Deno.test("topLines colors what needs attention and replaces control characters", () => {
  const hostile = readSnapshot({
    timestamp_ms: 1,
    modules: { "a\x1b[2Jb": {} },
    process: { id: "p", modules: { "a\x1b[2Jb": { state: "failed" } } },
  })!;
  const lines = topLines([hostile], { ...SCREEN, colors: true });
  assert.equal(lines.at(-1), "\x1b[31ma�[2Jb (process)  failed\x1b[0m");
});
