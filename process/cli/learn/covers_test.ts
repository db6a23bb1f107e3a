import assert from "node:assert/strict";
import { covers } from "./covers.ts";

Deno.test("a grant covers what lies within it, and nothing beside it", async (t) => {
  const cases: [
    kind: "net" | "read" | "env",
    wide: string,
    narrow: string,
    expected: boolean,
  ][] = [
    ["net", "example.com", "example.com:443", true],
    ["net", "example.com:443", "example.com:443", true],
    ["net", "example.com:443", "example.com", false],
    ["net", "example.com:443", "example.com:80", false],
    ["net", "[::1]", "[::1]:80", true],
    ["read", "/data", "/data/x/y", true],
    ["read", "/data/", "/data/x", true],
    ["read", "/data", "/database", false],
    ["read", "/", "/etc", true],
    ["env", "APP_*", "APP_TOKEN", true],
    ["env", "APP_*", "OTHER", false],
  ];
  for (const [kind, wide, narrow, expected] of cases) {
    await t.step(`${kind} ${wide}, ${narrow}`, () => {
      assert.equal(covers(kind, wide, narrow), expected);
    });
  }
});
