import assert from "node:assert/strict";
import { shown } from "./shown.ts";

Deno.test("shown returns JSON for every value, without running code of the value", () => {
  const cyclic: Record<string, unknown> = { a: 1 };
  cyclic["self"] = cyclic;
  const trap = {
    get secret(): never {
      throw new Error("ran");
    },
    toJSON(): never {
      throw new Error("ran");
    },
  };
  const cases: [value: unknown, pattern: RegExp][] = [
    [undefined, /undefined/],
    [NaN, /NaN/],
    [1n, /1n/],
    [cyclic, /<cycle>/],
    [trap, /<getter>/],
    [new Uint8Array(1e6), /1000000 bytes/],
    ["<script>alert(1)</script>", /<script>/],
    [{ __proto__: null, constructor: { type: "b" } }, /constructor/],
    [Array(1e6).fill("x".repeat(100)), /more/],
  ];
  for (const [value, pattern] of cases) {
    const text = shown(value);
    JSON.parse(text);
    assert.match(text, pattern);
    assert(text.length < 20_000, `${text.length} characters`);
  }
});
