import assert from "node:assert/strict";
import { packageProblems, unreachedProblems } from "./package_rules.ts";
import type { Release } from "./release.ts";

function release(paths: readonly string[], more: Partial<Release> = {}) {
  return {
    name: "@acme/x",
    version: "1.0.0",
    license: "MIT",
    exports: { ".": "./mod.ts" },
    files: new Map(paths.map((path) => [path, new Uint8Array()])),
    ...more,
  };
}

Deno.test("a complete package has no problems", () => {
  const right = release(["/mod.ts", "/README.md", "/deno.json"]);
  assert.deepEqual(packageProblems(right), []);
  assert.deepEqual(unreachedProblems(right, new Set(["/mod.ts"])), []);
});

Deno.test("a package has a description and a license", () => {
  assert.deepEqual(packageProblems(release([], { license: undefined })), [
    "@acme/x: found no README.md",
    "@acme/x: found no license in deno.json",
  ]);
});

Deno.test("no test, fixture, vector or benchmark is published", () => {
  const wrong = [
    "a_test.ts",
    "a/fixtures/b.ts",
    "vectors/c.json",
    "benchmarks/d.ts",
    "e/bench.ts",
    "testing/mod.ts",
    "bus/testing/f.ts",
  ];
  const paths = ["README.md", ...wrong].map((path) => `/${path}`);
  assert.deepEqual(
    packageProblems(release(paths)),
    wrong.map((path) => `@acme/x: found ${path}; expected no test in it`),
  );
});

Deno.test("test tools of an entry are published, other test helpers are not", () => {
  const exports = { ".": "./mod.ts", "./testing": "./testing/mod.ts" };
  const paths = ["/README.md", "/testing/mod.ts", "/bus/testing/f.ts"];
  assert.deepEqual(packageProblems(release(paths, { exports })), [
    "@acme/x: found bus/testing/f.ts; expected no test in it",
  ]);
});

Deno.test("a source file that no entry imports is not published", () => {
  const files = release(["/mod.ts", "/left.ts", "/README.md"]);
  assert.deepEqual(unreachedProblems(files, new Set(["/mod.ts"])), [
    "@acme/x: found left.ts, which no entry imports",
  ]);
});
