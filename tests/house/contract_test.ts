import assert from "node:assert/strict";
import { ROOT } from "../support/running_program.ts";
import { namesIn, readTestNames } from "./test_names.ts";

const page = await Deno.readTextFile(`${ROOT}docs/contract.md`);
const [properties = "", untested = ""] = page.split(
  "\n## Properties without a test\n",
);
const defined = Array.from(
  properties.matchAll(/^- \*\*([A-Z]\d+) /gm),
  ([, id]) => id!,
);
const names = await readTestNames();

Deno.test("docs/contract.md defines each id once", () => {
  assert(defined.length > 100);
  assert.deepEqual(defined, [...new Set(defined)]);
});

Deno.test("every id in a test name is defined in docs/contract.md", () => {
  const unknown = names.filter(({ ids }) =>
    ids.some((id) => !defined.includes(id))
  );
  assert.deepEqual(unknown.map(({ file, name }) => `${file}: ${name}`), []);
});

Deno.test("docs/contract.md lists exactly the properties without a test", () => {
  const tested = new Set(names.flatMap(({ ids }) => ids));
  const missing = defined.filter((id) => !tested.has(id));
  const listed = Array.from(
    untested.matchAll(/^- ([A-Z]\d+): /gm),
    ([, id]) => id!,
  );
  // deno-lint-ignore no-console -- the list is for the reader of the run
  console.log(`properties without a test: ${missing.join(", ")}`);
  assert.deepEqual(listed, missing);
});

Deno.test("namesIn returns ids at the front of strings, not other strings", () => {
  const text = 'Deno.test("D10 B11 a spy receives requests", f);\n' +
    "await t.step(`C5 ${kind} survives`, f);\n" +
    'property("A5", "a late subscription", f);\n' +
    'const code = "B52 = 7"; // A9 a comment';
  assert.deepEqual(namesIn("a_test.ts", text).map(({ ids }) => ids), [
    ["D10", "B11"],
    ["C5"],
    ["A5"],
  ]);
});
