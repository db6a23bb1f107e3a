import assert from "node:assert/strict";
import { canonicalPath, canonicalSpecifier } from "./canonical_url.ts";

Deno.test("a specifier becomes canonical whatever the case and spaces of its scheme", () => {
  for (
    const written of [
      ...[
        "NODE:worker_threads",
        "node:worker_threads",
        "\tNode:worker_threads",
      ],
      ...["no\nde:worker_threads", "node:worker_\rthreads"],
    ]
  ) assert.equal(canonicalSpecifier(written), "node:worker_threads", written);
  assert.equal(canonicalSpecifier("./word.ts"), "./word.ts");
  assert.equal(canonicalSpecifier("zod"), "zod");
});

Deno.test("a path that changes with its decoding has no canonical form", () => {
  for (
    const path of [
      ...["/a/node_modules/..%2fsecret", "/a/node_modules/..%2Fsecret"],
      ...["/a/..%252fsecret", "/a/..%25252fsecret", "/a/%2e%2e%2fsecret"],
      ...["/a/..%5csecret", "/a/%00", "/a%2f%2fb", "/a/%ff"],
      `/a/..${"%25".repeat(1)}${"25".repeat(40)}2fsecret`,
    ]
  ) assert.equal(canonicalPath(`file://${path}`), undefined, path);
  assert.equal(canonicalPath("file://host/etc/passwd"), undefined);
});

Deno.test("canonicalPath returns the decoded path of an ordinary URL, also with spaces and special characters", () => {
  for (
    const [path, wanted] of [
      ["/a/b.ts?x#y", "/a/b.ts"],
      ["/a%20b/c.ts", "/a b/c.ts"],
      ["/100%25/c.ts", "/100%/c.ts"],
      ["/a/%2e%2e/c.ts", "/c.ts"],
      ["/%C3%A4/c.ts", "/ä/c.ts"],
    ]
  ) assert.equal(canonicalPath(`file://${path}`), wanted);
});
