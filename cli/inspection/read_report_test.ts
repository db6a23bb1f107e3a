import assert from "node:assert/strict";
import type { Task } from "./inspection.ts";
import { readReport } from "./read_report.ts";

const TASK: Task = {
  kind: "module",
  id: "a",
  className: "a",
  specifier: "file:///a.ts",
  import: "./a.ts",
  integrity: undefined,
  base: undefined,
  path: ["module", "a"],
  section: {},
  globalKeys: [],
};
const REPORT = { permissions: {}, topics: [], problems: [], notices: [] };

function read(changes: Record<string, unknown>) {
  return readReport(TASK, JSON.stringify({ ...REPORT, ...changes }));
}

Deno.test("readReport() returns the declarations of a module", () => {
  const declared = { publish: ["a.#"], groups: ["workers"] };
  const permissions = { net: ["a.example:1"] };
  const found = read({ name: "a", declared, permissions });
  assert.deepEqual(found.declared, declared);
  assert.deepEqual(found.permissions, permissions);
  assert.equal(found.name, "a");
});

Deno.test("a finding about another module counts for the inspected module", () => {
  const finding = { code: "X", key: ["module", "b", "topic"], message: "bad" };
  const [own] = read({ problems: [finding] }).problems;
  assert.deepEqual(own!.key, ["module", "a"]);
  assert.equal(own!.dotted, "module.a");
});

Deno.test("a report cannot claim which code a specifier resolves to", () => {
  assert.equal(read({ resolved: "https://evil.example/" }).resolved, undefined);
});

Deno.test("a report of another form is refused", () => {
  for (
    const changes of [
      { permissions: { run: ["deno"] } },
      { permissions: { net: ["a b"] } },
      { permissions: "all" },
      { declared: { publish: [7] } },
      { topics: [{ key: 1, topic: "a" }] },
      { problems: "none" },
      { notices: [{ code: "X", key: ["module", "a"], message: {} }] },
      { name: {} },
    ]
  ) assert.throws(() => read(changes), JSON.stringify(changes));
  assert.throws(() => readReport(TASK, "null"));
  assert.throws(() => readReport(TASK, "{"));
});
