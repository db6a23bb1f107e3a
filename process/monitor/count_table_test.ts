import assert from "node:assert/strict";
import { CountTable, MAX_NAMES, OTHERS } from "./count_table.ts";

/** Counts each of `names`; gives what the table shows. */
function counted(names: Iterable<string>): Record<string, number> {
  const table = new CountTable(() => ({ count: 0 }));
  for (const name of names) table.of(name).count++;
  return table.toTable(({ count }) => count);
}

/** Returns the entries of a table, which have the order of its keys. */
function entries(names: Iterable<string>): [string, number][] {
  return Object.entries(counted(names));
}

Deno.test("CountTable counts by name, and shows the names sorted", () => {
  assert.deepEqual(entries(["b", "a", "b"]), [["a", 1], ["b", 2]]);
});

Deno.test("CountTable counts request topics under the topic of the request, whatever the id", () => {
  const names = [
    "ask._request.0123456789abcdef",
    "ask._request.1123456789abcdef",
    "ask._response.0123456789abcdef",
    "ask._response.x",
    "ask._request.a.b",
    "a._request.b._request.c",
    "ask",
  ];
  assert.deepEqual(entries(names), [
    ["a._request.b._request.*", 1],
    ["ask", 1],
    ["ask._request.*", 2],
    ["ask._request.a.b", 1],
    ["ask._response.*", 2],
  ]);
});

Deno.test("CountTable counts names like constructor as any other", () => {
  const names = ["__proto__", "constructor", "a\nb", "", '"', "\u{1F600}"];
  assert.deepEqual(new Set(Object.keys(counted(names))), new Set(names));
});

Deno.test(`CountTable has ${MAX_NAMES} names at most; what comes under others is counted together`, () => {
  const names = Array.from({ length: 100_000 }, (_, n) => `topic.${n}`);
  const table = counted([...names, "topic.0"]);
  assert.equal(Object.keys(table).length, MAX_NAMES + 1);
  assert.equal(table["topic.0"], 2);
  assert.equal(table[OTHERS], 100_000 - MAX_NAMES);
});

Deno.test("CountTable skips a name that is not a valid topic", () => {
  const huge = "x".repeat(1_000_000);
  const none = undefined as unknown as string;
  assert.deepEqual(entries([huge, none]), [[OTHERS, 2]]);
});
