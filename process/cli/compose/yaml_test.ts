import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { type Yaml, yamlText } from "./yaml.ts";

Deno.test("yamlText() writes blocks that a person can read", () => {
  const text = yamlText({
    name: "shop",
    services: {
      clock: { command: ["run", "--port=1 2", { a: 1, b: [] }], ports: {} },
    },
    list: [[1, 2], "x"],
  });
  assert.equal(
    text,
    `name: shop
services:
  clock:
    command:
      - run
      - "--port=1 2"
      - a: 1
        b: []
    ports: {}
list:
  - - 1
    - 2
  - x
`,
  );
});

Deno.test("what readers of YAML 1.1 take for something else is quoted", () => {
  const words = ["no", "Yes", "on", "null", "~", "1", "1e3", "0x1", "12:30:00"];
  words.push("2026-11-24", "", " a", "a: b", "- a", "a #b", "*a", "&a", "!a");
  words.push(
    "@a",
    "`a",
    "%a",
    "{a}",
    "'a'",
    '"a"',
    "a\nb",
    "\u2028",
    "<<",
    "=",
  );
  for (const version of ["1.1", "1.2"] as const) {
    assert.deepEqual(parse(yamlText({ words }), { version }), { words });
  }
});

Deno.test("whatever is written, a YAML parser reads the same", () => {
  const { value } = fc.letrec<{ value: Yaml }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.string({ unit: "binary" }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value")),
      fc.dictionary(fc.string({ minLength: 1 }), tie("value"), {
        noNullPrototype: true,
      }),
    ),
  }));
  fc.assert(fc.property(value, (given) => {
    const expected = JSON.parse(JSON.stringify(given));
    assert.deepEqual(parse(yamlText(given)), expected);
  }));
});
