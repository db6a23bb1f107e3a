import assert from "node:assert/strict";
import { History } from "./history.ts";

function push(history: History, ...texts: string[]): void {
  for (const json of texts) history.push({ json });
}

function held(history: History): unknown[] {
  const entries = [];
  for (let n = history.first; n <= history.last; n++) {
    entries.push(history.at(n));
  }
  return entries.map((entry) => "json" in entry ? entry.json : entry.gap);
}

Deno.test("History is empty at first", () => {
  const history = new History(3, 100);
  assert.deepEqual([history.first, history.last], [1, 0]);
});

Deno.test("History keeps at most its number of entries, the latest ones", () => {
  const history = new History(3, 100);
  push(history, "1", "2", "3");
  assert.deepEqual(held(history), ["1", "2", "3"]);
  push(history, "4", "5");
  assert.deepEqual(held(history), ["3", "4", "5"]);
  assert.deepEqual([history.first, history.last], [3, 5]);
});

Deno.test("History keeps at most its number of characters, and always the last entry", () => {
  const history = new History(100, 10);
  push(history, "1".repeat(5), "2".repeat(5));
  assert.equal(history.first, 1);
  push(history, "3");
  assert.deepEqual(held(history), ["22222", "3"]);
  push(history, "4".repeat(50));
  assert.deepEqual(held(history), ["4".repeat(50)]);
  push(history, "5");
  assert.deepEqual(held(history), ["5"]);
});

Deno.test("History keeps gaps in their place, which cost nothing", () => {
  const history = new History(3, 2);
  push(history, "1");
  const gap = { reason: "too-large", missed: 1 } as const;
  history.push({ gap });
  push(history, "3");
  assert.deepEqual(held(history), ["1", gap, "3"]);
});

Deno.test("History with room for one entry keeps the newest", () => {
  const history = new History(1, 10);
  for (let n = 1; n <= 1_000; n++) push(history, String(n));
  assert.deepEqual(held(history), ["1000"]);
});
